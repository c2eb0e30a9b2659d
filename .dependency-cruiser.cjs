const core = '^src/core/';

/** Who may import whom (docs/architecture.md). */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'only-extension-names-vscode',
      severity: 'error',
      from: { pathNot: '^(src/extension|test/extension)/' },
      to: { path: '^vscode$' },
    },
    {
      name: 'only-runtime-names-tensorflow-and-onnx',
      severity: 'error',
      from: { path: '^(src|webview-ui)/', pathNot: '^src/core/runtime/' },
      to: { path: 'node_modules/(@tensorflow|onnxruntime)' },
    },
    {
      name: 'core-knows-no-shell',
      severity: 'error',
      from: { path: core },
      to: { path: '^(src/(cli|extension|protocol)|webview-ui)/' },
    },
    {
      name: 'methods-know-the-interface-only',
      severity: 'error',
      from: { path: '^src/core/(attribution|attack|evaluation)/' },
      to: {
        path: '^src/',
        pathNot:
          '^src/core/(errors|schema|random|attribution|attack|evaluation|method|model/(classifier|layers|modelInfo)|image/pixels|render|result)',
      },
    },
    {
      name: 'training-knows-interfaces-only',
      severity: 'error',
      from: { path: '^src/core/training/' },
      to: {
        path: '^src/',
        pathNot:
          '^src/core/(errors|schema|random|training|attribution|attack|evaluation|method|model/(classifier|modelInfo|labels|preprocessing)|files|image|render|result)',
      },
    },
    {
      name: 'graph-imports-nothing',
      severity: 'error',
      from: { path: '^src/core/graph/' },
      to: { path: '^src/', pathNot: '^src/core/(graph/|files/|errors)' },
    },
    {
      name: 'schema-knows-no-other',
      severity: 'error',
      from: { path: '^src/core/schema/' },
      to: { path: '^src/', pathNot: '^src/core/(schema/|errors)' },
    },
    {
      name: 'only-schema-names-its-library',
      severity: 'error',
      from: { path: '^(src|webview-ui)/', pathNot: '^src/core/schema/' },
      to: { path: 'node_modules/valibot' },
    },
    {
      name: 'render-is-pure',
      severity: 'error',
      from: { path: '^src/core/render/' },
      to: { path: '^src/', pathNot: '^src/core/(render/|schema/|image/(pixels|resample)|result/record|errors)' },
    },
    {
      name: 'extension-uses-the-client',
      severity: 'error',
      from: { path: '^src/extension/' },
      to: {
        path: core,
        pathNot:
          '^src/core/(errors|printable|schema/|engine/(client|service|protocol|training/(client|service))|image/(pixels|npy)|method/|attribution/method|attack/method|model/(classifier|modelInfo)|render/(view|defaultView)|result/|training/(options|data/dataset|run/record|integrate/parameters))',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'cli-uses-the-service',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/(extension|protocol)/' },
    },
    {
      name: 'page-knows-render-and-protocol',
      severity: 'error',
      from: { path: '^webview-ui/' },
      to: {
        path: '^src/',
        pathNot: '^src/(protocol/|core/(render|schema)/|core/training/(options|steps|frameMapKind|data/dataset))',
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
