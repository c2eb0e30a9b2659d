import { createService } from './localService';
import { serveEngine } from './serve';

// The engine process's program.
serveEngine(createService());
