import { defineConfig } from 'vitest/config';
import { TELEMETRY_OFF } from './src/runtime/onnx/telemetry';

// Tests load ONNX Runtime by themselves too, and start programs.
Object.assign(process.env, TELEMETRY_OFF);

export default defineConfig({
  test: {
    include: ['test/{core,formats,runtime,training,engine,protocol,cli,webview,scripts}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A page on a busy machine takes its time.
    expect: { poll: { timeout: 15_000 } },
  },
});
