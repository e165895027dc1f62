import type { Checkpoint } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import { Graph } from '../../graph/index.ts'
import { reshape } from '../../graph/operations.ts'
import { GRAPH_NAMES, type SentenceModel, sentenceModel, storedWeights } from '../../model/index.ts'
import {
  type Backend,
  createLocalSession,
  type LocalSession,
  physicalCores,
  placeWeights,
  type Tensor,
} from '../../runtime/index.ts'
import { vocabularyOf } from '../vocabulary/vocabulary.ts'

export interface TeacherStatesOptions {
  readonly teacher: Checkpoint
  /** Whose tokens the texts are split into. */
  readonly student: Checkpoint
  /** `hidden_states.n`, `queries.n`, `keys.n`, `values.n`, as the losses call them. */
  readonly names: readonly string[]
  readonly threads?: number
  readonly backend?: Backend
}

/** What a teacher computes inside, over the tokens a student sees; nothing of it is kept. */
export class TeacherStates {
  readonly #session: LocalSession
  /** The id in the teacher of each token of the student. */
  readonly #teacherIds: Int32Array

  private constructor(session: LocalSession, teacherIds: Int32Array) {
    this.#session = session
    this.#teacherIds = teacherIds
  }

  /** @throws InputError for a layer the teacher lacks, and for another tokenizer than its own. */
  static async open(options: TeacherStatesOptions): Promise<TeacherStates> {
    const { teacher, student, names, threads = physicalCores(), backend } = options
    const session = await createLocalSession(placeWeights(statesGraph(teacher, names)), {
      threads,
      backend,
    })
    return new TeacherStates(session, tokenMap(student, teacher))
  }

  /**
   * @param texts a batch [R,T], as the student takes it
   * @param names of those it was opened with, the ones requested
   * @returns by name, [R,T,H]
   */
  async targets(
    texts: Readonly<Record<string, Tensor>>,
    names: readonly string[],
  ): Promise<Readonly<Record<string, Tensor>>> {
    const { [GRAPH_NAMES.ids]: ids, [GRAPH_NAMES.mask]: mask } = texts
    if (ids?.type !== 'int64' || !mask) return {}
    const data = ids.data.map((id) => BigInt(this.#teacherIds[Number(id)] ?? 0))
    const inputs = { [GRAPH_NAMES.ids]: { ...ids, data }, [GRAPH_NAMES.mask]: mask }
    return this.#session.run(inputs, names)
  }

  async dispose(): Promise<void> {
    await this.#session.dispose()
  }
}

/** The teacher, with the requested states as outputs. */
function statesGraph(teacher: Checkpoint, names: readonly string[]): Graph {
  const graph = new Graph()
  const model = sentenceModel(teacher, {
    graph,
    operators: 'standard',
    segments: false,
    source: storedWeights(graph),
  })
  for (const name of names) {
    const state = stateOf(model, name)
    graph.output(name, reshape(state, ['B', 'T', state.shape[1] ?? 1]))
  }
  return graph
}

function stateOf(model: SentenceModel, name: string) {
  const [kind = '', index] = name.split('.')
  const { queries, keys, values } = model
  const lists = { hidden_states: model.hiddenStates, queries, keys, values }
  const list = Object.entries(lists).find(([known]) => known === kind)?.[1] ?? []
  const state = list[Number(index)]
  if (state) return state
  throw new InputError(
    'distil-state',
    `the teacher has no ${name}; of ${kind} it has ${list.length}, counted from 0`,
    { facts: { name, count: list.length } },
  )
}

/**
 * The teacher's id of each of the student's tokens. A student with a trimmed vocabulary has other
 * ids, yet splits texts into the same tokens.
 * @throws InputError when the teacher lacks a token.
 */
export function tokenMap(student: Checkpoint, teacher: Checkpoint): Int32Array {
  const known = vocabularyOf(teacher.tokenizerFiles).ids
  const map = new Int32Array(student.config.vocabularySize)
  for (const [token, id] of vocabularyOf(student.tokenizerFiles).ids) {
    const teacherId = known.get(token)
    if (teacherId === undefined) throw missing(token)
    map[id] = teacherId
  }
  return map
}

function missing(token: string): InputError {
  return new InputError(
    'distil-tokens',
    'a loss that compares what teacher and student compute inside needs one tokenizer, but the ' +
      `teacher has no token ${JSON.stringify(token)}`,
    { facts: { token } },
  )
}
