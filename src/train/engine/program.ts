import type { LocalSessionOptions } from '../../runtime/index.ts'
import { GraphRunner } from './graph-runner.ts'
import type { StepProgram } from './messages.ts'

/** A program whose graphs are open and can run. */
export type Program =
  | { readonly kind: 'whole'; readonly graph: GraphRunner }
  | {
      readonly kind: 'cached'
      readonly embed: GraphRunner
      readonly loss: GraphRunner
      readonly encoder: GraphRunner
    }

export async function openProgram(
  program: StepProgram,
  options: LocalSessionOptions,
): Promise<Program> {
  if (program.kind === 'whole') {
    return { kind: 'whole', graph: await GraphRunner.create(program.graph, options) }
  }
  return {
    kind: 'cached',
    embed: await GraphRunner.create(program.embed, options),
    loss: await GraphRunner.create(program.loss, options),
    encoder: await GraphRunner.create(program.encoder, options),
  }
}
