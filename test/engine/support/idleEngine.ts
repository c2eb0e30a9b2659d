import { createEngineClient } from '../../../src/engine/process/client';

// Plays an editor that asks its engine once and stays open. Arguments: the engine's program, model, image, seconds to stay.
const [enginePath, model, image, seconds] = process.argv.slice(2) as [string, string, string, string];

const silent = () => undefined;
const client = createEngineClient({ enginePath, log: { info: silent, warn: silent, error: silent } });
void client.predict({ model: { path: model }, image: { path: image } }).then(({ model: { engine } }) => {
  process.stdout.write(engine);
  setTimeout(() => void client.dispose(), 1000 * Number(seconds));
});
