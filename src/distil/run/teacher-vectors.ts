import type { Dataset, Loss, TrainingSource } from '../../train/index.ts'
import type { DistilOptions, DistilSource, DistilStage, Widths } from '../distil-options.ts'
import { TeacherCache } from '../teacher/teacher-cache.ts'
import { holdOut, type SplitDataset } from './held-out.ts'

const HELD_OUT = 1000

interface TaughtDataset extends SplitDataset {
  readonly cache: TeacherCache
}

/** The teacher's vectors of every data set it is asked for, and the texts kept to compare on. */
export class TeacherVectors {
  readonly #taught: ReadonlyMap<Dataset, TaughtDataset>

  private constructor(taught: ReadonlyMap<Dataset, TaughtDataset>) {
    this.#taught = taught
  }

  /** Computes what is not there yet, a file for each data set. */
  static async open(folder: string, options: DistilOptions): Promise<TeacherVectors> {
    const { teacher, stages, heldOut = HELD_OUT, signal, onProgress } = options
    const datasets = taughtDatasets(stages)
    const share = Math.ceil(heldOut / Math.max(1, datasets.length))
    const taught = new Map<Dataset, TaughtDataset>()
    for (const dataset of datasets) {
      const cache = await TeacherCache.open(folder, {
        teacher,
        datasets: [dataset],
        ...(signal ? { signal } : {}),
        onProgress: ({ done, total = done }) =>
          onProgress?.({ doing: 'vectors', name: dataset.name, done, total }),
      })
      taught.set(dataset, { ...holdOut(dataset, share), cache })
    }
    return new TeacherVectors(taught)
  }

  /** D of the teacher; 0 where no loss asks it. */
  get dimensions(): number {
    return [...this.#taught.values()][0]?.cache.dimensions ?? 0
  }

  /** The texts of no batch, and the teacher's vectors of them. */
  async heldOut() {
    const parts = [...this.#taught.values()]
    const texts = parts.flatMap(({ heldOut }) => heldOut)
    const data = new Float32Array(texts.length * this.dimensions)
    let at = 0
    for (const { heldOut, cache } of parts) {
      const vectors = await cache.vectors(heldOut)
      data.set(vectors.data, at)
      at += vectors.data.length
    }
    return { texts, vectors: { data, rows: texts.length, dimensions: this.dimensions } }
  }

  /** The sources of a stage, as `train` takes them. */
  sources({ sources }: DistilStage, student: number): TrainingSource[] {
    const widths = { student, teacher: this.dimensions }
    return sources.map((source) => this.#source(source, widths))
  }

  async close(): Promise<void> {
    for (const { cache } of this.#taught.values()) await cache.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #source(source: DistilSource, widths: Widths): TrainingSource {
    const { loss, dataset } = source
    const taught = this.#taught.get(dataset)
    if (isPlain(loss)) return { ...source, loss, dataset: taught?.training ?? dataset }
    return {
      ...source,
      loss: loss(widths),
      dataset: taught?.training ?? dataset,
      ...(taught ? { targets: taught.cache.targets({ perColumn: dataset.columns > 1 }) } : {}),
    }
  }
}

function isPlain(loss: DistilSource['loss']): loss is Loss {
  return typeof loss !== 'function'
}

/** The data sets with a loss that asks the teacher, each once. */
function taughtDatasets(stages: readonly DistilStage[]): Dataset[] {
  const sources = stages.flatMap(({ sources }) => sources)
  return [...new Set(sources.filter(({ loss }) => !isPlain(loss)).map(({ dataset }) => dataset))]
}
