import { createService } from './localService';
import { serveEngine } from './serve';
import { createTrainingService } from './training/localTrainingService';

// The engine process's program.
serveEngine(createService(), createTrainingService());
