declare module '*.css';
declare module '@vscode/codicons/dist/codicon.css';
