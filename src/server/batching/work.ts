/** What can be done with texts that wait: for several of them together, where that is cheaper. */
export interface Work<Input, Result> {
  /** Tokens of a text, as far as can be told without the tokenizer. */
  cost(input: Input): number
  /** The results of a batch, in order. */
  run(inputs: readonly Input[]): Promise<readonly Result[]>
}
