import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TabInputWebview, Uri, window, workspace } from 'vscode';
import { TRAINING_VIEW_TYPE } from '../../src/extension/manifest';
import { exportRun } from '../../src/extension/training/exportRun';
import type { TestApi } from '../../src/extension/testApi';
import { watchEventLoop } from './support/blocked';
import { api, closePanel, execute, shown, until } from './support/host';
import { cleanUp, ended, listen, shortTraining, SIDE, start, toldDataset, writePictures } from './support/training';

describe('training', () => {
  let host: TestApi;
  let pictures: string;
  let first = '';
  const watched = () => ['left', 'right'].map((name) => Uri.file(path.join(pictures, name, '03.png')));

  before(async () => {
    host = await api();
    pictures = mkdtempSync(path.join(workspace.workspaceFolders![0]!.uri.fsPath, 'halves-'));
    await writePictures(host, pictures);
  });
  after(async () => {
    await cleanUp(host);
    await execute('gradientLens.useModel', 'bundled:fashion-mnist');
    rmSync(pictures, { recursive: true, force: true });
    if (first !== '') rmSync(path.dirname(first), { recursive: true, force: true });
  });

  const form = () => host.training.choices;

  it('begins with a folder of pictures, which is opened to say what is in it', async () => {
    const { posted, stop } = listen(host);
    await execute('gradientLens.trainOnFolder', Uri.file(pictures));
    await until(() => posted.some((message) => message.type === 'state' && message.state.kind === 'form'), 'the form');
    await until(() => toldDataset(posted), 'the page to hear of the images');
    stop();
    const info = form().dataset!.info!;
    assert.deepEqual([info.classes, info.height, info.width, info.channels], [['left', 'right'], SIDE, SIDE, 1]);
    assert.equal(info.trainCount + info.testCount, 24);
  });

  it('opens no other data set than the chosen one, whatever the page says', async () => {
    await host.training.answer({ type: 'dataset', request: { path: '/etc', limit: 10 } });
    assert.deepEqual(form().dataset?.request, { path: pictures, limit: 10 });
    assert.equal(form().dataset?.info?.trainCount, 10);
    await host.training.answer({ type: 'dataset', request: { path: pictures } });
  });

  it('watches the images that are chosen, each once, and at most 64', async () => {
    const [left, right] = watched();
    await execute('gradientLens.watchImages', left, [left, right, left]);
    await execute('gradientLens.watchImages', right);
    await execute('gradientLens.watchImages', Uri.file(pictures));
    assert.deepEqual(
      form().watchedPaths,
      watched().map(({ fsPath }) => fsPath),
    );
    const thumbnails = await form().watched();
    for (const { thumbnail } of thumbnails)
      assert.equal(Buffer.from(thumbnail!.subarray(1, 4)).toString('latin1'), 'PNG');
    const many = Array.from({ length: 70 }, (_, index) => Uri.file(path.join(pictures, `${index}.png`)));
    assert.equal(await form().watch(many), 8);
    assert.equal(form().watchedPaths.length, 64);
    for (let place = 63; place >= 2; place--) await host.training.answer({ type: 'removeWatched', index: place });
    assert.equal(form().watchedPaths.length, 2);
  });

  it('says what a network is made of', async () => {
    const { posted, stop } = listen(host);
    await host.training.answer({ type: 'summary', network: 'deep-network', fresh: false });
    await host.training.answer({ type: 'summary', network: '/etc/passwd', fresh: false });
    stop();
    const summaries = posted.filter((message) => message.type === 'summary');
    assert.equal(summaries.length, 1);
    assert.deepEqual(summaries[0]?.summary?.layers.at(-1)?.output, [2]);
  });

  it('goes on in a process of its own while the editor stays free, and ends with a model', async () => {
    const { posted, stop } = listen(host);
    const loop = watchEventLoop();
    first = await start(host, shortTraining(), 'Halves');
    assert.ok(host.training.session.live);
    assert.notEqual(host.training.host.pid, host.engine.pid);
    assert.match(path.basename(first), /^deep-network-halves-.*-\d{4}-\d\d-\d\d-1$/);
    const { record, history, frames, checkpoints } = await ended(host, first);
    const longest = loop.stop();
    await until(() => {
      const last = posted.filter((message) => message.type === 'state').at(-1)?.state;
      return last?.kind === 'run' && !last.live && last.run.record.status === 'finished';
    }, 'the page to hear of the end');
    stop();
    assert.ok(longest < 250, `blocked for ${longest.toFixed(1)} ms`);
    assert.deepEqual([record.status, record.name, record.step], ['finished', 'Halves', record.steps]);
    assert.equal(history.loss.length, record.steps);
    assert.deepEqual([frames.steps[0], frames.steps.at(-1)], [0, record.steps]);
    assert.equal(checkpoints.at(-1), record.steps);
    assert.deepEqual(
      record.watched.map(({ name, label }) => [name, label]),
      [
        ['03.png', 0],
        ['03.png', 1],
      ],
    );
    const events = posted.flatMap((message) => (message.type === 'event' ? [message.event.kind] : []));
    assert.ok(events.includes('minibatches') && events.includes('epoch'), events.join(' '));
  });

  it('gives the page the frames and maps of a run', async () => {
    const { posted, stop } = listen(host);
    const { record, frames } = await host.training.host.calls.run({ folder: first });
    await host.training.answer({ type: 'frames', request: 7, from: 0, to: frames.steps.length, stride: 2 });
    await host.training.answer({ type: 'maps', image: 1 });
    stop();
    // The page may have asked for some of its own.
    const answered = posted.filter((message) => message.type === 'frames').find(({ request }) => request === 7);
    assert.ok(answered);
    assert.deepEqual(
      answered.frames.map(({ step }) => step),
      frames.steps.filter((_, place) => place % 2 === 0),
    );
    const last = posted.filter((message) => message.type === 'maps').at(-1)!;
    assert.deepEqual(
      last.finals.map(({ method }) => method),
      ['gradient-x-input', 'integrated-gradients'],
    );
    assert.equal(last.maps.count, record.steps + 1);
    for (const { map } of last.finals) assert.equal(map.data.length, SIDE * SIDE);
  });

  it('is summed over its checkpoints as it was while it went on', async () => {
    const { integrated } = await host.training.host.calls.maps({ folder: first, image: 0 });
    await execute('gradientLens.integrateCheckpoints', Uri.file(first), watched()[0], 0);
    const { result, catalog } = shown(host, 'attribution');
    const { record, map } = result;
    assert.equal(record.method, 'training-integrated');
    assert.deepEqual([record.label?.index, record.objective.kind], [0, 'cross-entropy']);
    const scale = Math.max(...integrated.data.map(Math.abs));
    assert.ok(scale > 0);
    const { checkpoints } = await host.training.host.calls.run({ folder: first });
    assert.equal(record.training?.checkpoints.length, checkpoints.length);
    map.data.forEach((value, index) => assert.ok(Math.abs(value - integrated.data[index]!) <= 1e-4 * scale));
    assert.ok(catalog.attribution.some(({ id }) => id === 'training-integrated'));

    await until(async () => (await host.store.list())[0]?.record.id === record.id, 'the result to be stored');
    await closePanel(host);
    await execute('gradientLens.openResult', record.id);
    assert.deepEqual(shown(host, 'attribution').result.record.training, record.training);
    const request = { method: 'training-integrated', objective: 'cross-entropy', classIndex: 1 } as const;
    const { session } = host.panels;
    await session!.attribute(session!.subject!, { ...request, parameters: { reduction: 'mean' } });
    const other = shown(host, 'attribution').result.record;
    assert.deepEqual([other.label?.index, other.parameters.reduction], [1, 'mean']);
  });

  it('is exported into folders that are new', async () => {
    const target = Uri.file(path.join(pictures, 'maps'));
    const job = { signal: new AbortController().signal, report: () => undefined };
    const what = { what: 'maps-npy', map: 'loss-gradient' } as const;
    const files = await exportRun(host.training.host, first, what, target, job);
    assert.ok(files.length >= 2 && files.every((file) => file.startsWith(target.fsPath) && existsSync(file)));
    const gif = Uri.file(path.join(pictures, 'film.gif'));
    await exportRun(host.training.host, first, { what: 'animation-gif', map: 'gradient-x-input' }, gif, job);
    const bytes = await workspace.fs.readFile(gif);
    assert.equal(Buffer.from(bytes.subarray(0, 3)).toString('latin1'), 'GIF');
  });

  it('is listed, and its model is used for other pictures', async () => {
    const found = (await host.training.runs.list()).find(({ folder }) => folder === first);
    assert.deepEqual([found?.head.name, found?.head.status, found?.hasModel], ['Halves', 'finished', true]);
    await execute('gradientLens.useRunModel', found);
    assert.equal(host.models.active.reference.path, path.join(first, 'model', 'model.json'));
    await execute('gradientLens.showAttribution', watched()[0]);
    assert.deepEqual(
      shown(host, 'attribution')
        .result.record.classes.map(({ name }) => name)
        .sort(),
      ['left', 'right'],
    );
  });

  it('shows a run that is opened again', async () => {
    await execute('gradientLens.openTrainingRun', Uri.file(path.join(first, 'run.json')));
    await closePanel(host);
    await host.training.session.showForm();
    await execute('gradientLens.openTrainingRun', first);
    const isTraining = (input: unknown) =>
      input instanceof TabInputWebview && input.viewType.endsWith(TRAINING_VIEW_TYPE);
    const tabs = () => window.tabGroups.all.flatMap((group) => group.tabs);
    await until(
      () => tabs().some(({ input, label }) => isTraining(input) && label.startsWith('Halves')),
      'the title of the run',
    );
  });

  it('never writes into a folder that holds anything', async () => {
    const before = readdirSync(path.dirname(first));
    const foreign = path.join(pictures, 'mine');
    writeFileSync(foreign, 'mine');
    await assert.rejects(
      exportRun(host.training.host, first, { what: 'frames-png', map: 'loss-gradient' }, Uri.file(foreign), {
        signal: new AbortController().signal,
        report: () => undefined,
      }),
    );
    assert.deepEqual(readdirSync(path.dirname(first)), before);
  });
});
