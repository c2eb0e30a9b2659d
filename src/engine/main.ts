import { switchTelemetryOff } from '../runtime/onnx/telemetry';
import { createService } from './usecases/localService';
import { serveEngine } from './serve';
import { createTrainingService } from './training/localTrainingService';

// The engine process's program.
switchTelemetryOff();
serveEngine(createService(), createTrainingService());
