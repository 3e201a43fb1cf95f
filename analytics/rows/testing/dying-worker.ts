// Does what its task says in the worst way.

export function rowTask({ name }: { readonly name: string }): string {
  if (name === "inOrder") process.exit(1); // in a thread this ends the thread
  return name;
}

export const analyseTask = (): never => {
  throw new Error("not here");
};
