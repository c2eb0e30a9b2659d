/**
 * Who may import whom (docs/architecture.md): every room with all that it may know. What is not named is forbidden; a room always
 * knows itself. Paths are beginnings of what stands after `src/`.
 */
const ROOMS = {
  'core/countOf': [],
  'core/errors': [],
  'core/printable': [],
  'core/random': [],
  'core/schema': ['core/errors'],
  'core/graph': ['core/errors'],
  'core/image': ['core/errors', 'core/schema'],
  'core/model': ['core/errors', 'core/schema', 'core/image'],
  'core/method': ['core/countOf', 'core/errors', 'core/random', 'core/schema', 'core/image', 'core/model'],
  'core/result': ['core/errors', 'core/schema', 'core/image', 'core/model', 'core/method'],
  'core/render': ['core/errors', 'core/schema', 'core/image', 'core/result'],
  'core/attribution': [
    'core/countOf',
    'core/errors',
    'core/random',
    'core/schema',
    'core/image',
    'core/model',
    'core/method',
    'core/result',
  ],
  'core/attack': [
    'core/countOf',
    'core/errors',
    'core/random',
    'core/schema',
    'core/image',
    'core/model',
    'core/method',
    'core/result',
  ],
  'core/evaluation': [
    'core/countOf',
    'core/errors',
    'core/random',
    'core/schema',
    'core/image',
    'core/model',
    'core/method',
    'core/result',
  ],
  'core/metric': [
    'core/errors',
    'core/random',
    'core/schema',
    'core/image',
    'core/model',
    'core/method',
    'core/result',
    'core/render',
  ],
  formats: ['core/(errors|schema|graph|image|model)'],
  runtime: ['core/(countOf|errors|printable|random|schema|graph|image|model|method|evaluation)', 'formats'],
  training: ['core/(countOf|errors|random|schema|image|model|method|result|render|evaluation)', 'formats'],
  engine: ['core/', 'formats', 'runtime', 'training'],
  protocol: ['core/(schema|image|model|result)', 'engine/calls/(service|training)', 'training'],
  cli: ['core/', 'formats', 'runtime', 'training', 'engine'],
  extension: [
    'core/(errors|printable|schema|image|model|method|result|render)',
    'formats/npy',
    'engine',
    'training',
    'protocol',
  ],
};

const rooms = Object.entries(ROOMS).map(([room, known]) => ({
  name: `what-${room.replace('/', '-')}-may-know`,
  severity: 'error',
  from: { path: `^src/${room}[/.]` },
  to: { path: '^(src|webview-ui)/', pathNot: [room, ...known].map((place) => `^src/${place}`) },
}));

module.exports = {
  forbidden: [
    ...rooms,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'every-file-has-a-room',
      severity: 'error',
      from: { path: '^src/', pathNot: Object.keys(ROOMS).map((room) => `^src/${room}[/.]`) },
      to: {},
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-optional', 'npm-dev'], pathNot: 'node_modules/valibot' },
    },
    {
      name: 'only-schema-names-its-library',
      severity: 'error',
      from: { path: '^(src|webview-ui)/', pathNot: '^src/core/schema/' },
      to: { path: 'node_modules/valibot' },
    },
    {
      name: 'only-extension-names-vscode',
      severity: 'error',
      from: { pathNot: '^(src/extension|test/extension)/' },
      to: { path: '^vscode$' },
    },
    {
      name: 'only-runtime-names-tensorflow-and-onnx',
      severity: 'error',
      from: { path: '^(src|webview-ui)/', pathNot: '^src/runtime/' },
      to: { path: 'node_modules/(@tensorflow|onnxruntime)' },
    },
    {
      name: 'methods-know-the-interface-only',
      severity: 'error',
      from: { path: '^src/core/(attribution|attack|metric|evaluation)/' },
      to: {
        path: '^src/core/(model|image)/',
        pathNot: '^src/core/(model/(classifier|layers|modelInfo)|image/pixels)',
      },
    },
    {
      name: 'render-sees-pixels-and-records',
      severity: 'error',
      from: { path: '^src/core/render/' },
      to: { path: '^src/core/(image|result)/', pathNot: '^src/core/(image/(pixels|resample|decoding)|result/record)' },
    },
    {
      name: 'extension-uses-the-clients',
      severity: 'error',
      from: { path: '^src/extension/' },
      to: {
        path: '^src/(core|engine|training)/',
        pathNot:
          '^src/(core/(errors|printable|schema/|image/(pixels|inputChoices)|method/|model/(classifier|descriptionNames|describePreset|modelInfo|nameFromPath)|render/(view|defaultView|preprocessingWords)|result/)|engine/(calls/|(process|training)/client)|training/(options|data/dataset|run/record))',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'page-knows-render-and-protocol',
      severity: 'error',
      from: { path: '^webview-ui/' },
      to: {
        path: '^src/',
        pathNot:
          '^src/(protocol/|core/(render|schema)/|core/image/inputChoices|core/result/(changeSize|objectiveWords|verdict)|core/attribution/training/parameters|training/(options|steps|frameMapKind|data/dataset))',
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
