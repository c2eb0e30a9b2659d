import type { Graph } from './graph';

/** Makes names `hint:0`, `hint:1`, … that no value of the graph has, each once. */
export function freshNames(graph: Graph, hint: string): () => string {
  const taken = new Set([...graph.constants.keys(), ...graph.inputs.map(({ name }) => name)]);
  for (const { outputs } of graph.nodes) for (const name of outputs) taken.add(name);
  let counter = 0;
  return () => {
    let name: string;
    do name = `${hint}:${counter++}`;
    while (taken.has(name));
    return name;
  };
}
