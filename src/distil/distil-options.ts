import type { Checkpoint } from '../checkpoint/index.ts'
import type { LoadedTasks, RetrievalSet } from '../evaluate/index.ts'
import type { Backend } from '../runtime/index.ts'
import type {
  EvaluationReport,
  Loss,
  ModelAverage,
  StepReport,
  TrainingSource,
  Widths,
} from '../train/index.ts'
import type { StepsOptions } from '../train/recipe/index.ts'
import type { Teacher } from './teacher/teacher.ts'

/** One of several teachers. */
export interface TeacherShare {
  /** Among the run's teachers. */
  readonly name: string
  /** How much its similarities count, relative to the others'. Default 1. */
  readonly weight?: number
}

/** A data set, and the loss a student is trained with on it. */
export interface DistilSource extends Omit<TrainingSource, 'loss' | 'targets'> {
  /**
   * A loss on labels, or one that compares with the teacher's vectors; what follows from their width
   * need not be given. For a comparing loss of one's own without `forTeacher`: a function that makes
   * it of the widths. Its targets are `teacher` for sentences, `teacher.0`, `teacher.1` … for pairs; of
   * a cross-encoder, `scores` [P,N] of the first text with each of the N others.
   */
  readonly loss: Loss | ((widths: Widths) => Loss)
  /**
   * What the loss compares with inside the first teacher: `hidden_states.n` from 0, the embeddings; and of
   * layer n from 0, `queries.n`, `keys.n`, `values.n`. The teacher then runs in every step, and must
   * be a model of the student's tokenizer. Default: the loss's own `states`.
   */
  readonly states?: readonly string[]
  /**
   * Who teaches it. The vectors of several teachers are scaled to length √(weight / all weights) and
   * put one behind the other: a cosine of the whole is the weighted mean of the teachers' cosines,
   * whatever their widths. Scores of several cross-encoders become their weighted mean. Default: the run's
   * first teacher.
   */
  readonly teachers?: readonly TeacherShare[]
}

/** One training of a student, with data, losses and a schedule of its own. */
export interface DistilStage extends StepsOptions {
  readonly name: string
  readonly sources: readonly DistilSource[]
  /** Steps between measurements of the student; the last step is always followed by one. */
  readonly evaluateEvery?: number
  /**
   * The score that decides which model of the stage is kept: `agreement`, a task, `average`, a
   * retrieval set or `retrieval`, their mean.
   * Default: none, its last is.
   */
  readonly metric?: string
  /** What the student is averaged with when the stage ends. Default: nothing. */
  readonly average?: ModelAverage
}

/** How teacher and student are timed for the report; as the model card does it, where nothing is said. */
export interface TimingOptions {
  /** Texts to encode, of those held out. Default 512. */
  readonly texts?: number
  /** Default 16. */
  readonly batchSize?: number
  /** Tokens a text may have. Default 256. */
  readonly maxLength?: number
  /** Default 3. */
  readonly repetitions?: number
}

/** Who teaches whom, on what, and in which stages. */
export interface DistilOptions {
  /** By the names that sources and reports call them; at least one. */
  readonly teachers: Readonly<Record<string, Teacher>>
  /** Makes the student as it begins; called once, an interrupted run goes on with what it made. */
  readonly student: () => Promise<Checkpoint>
  /** The folder of the student. The run works in a folder beside it, `<output>.distil`. */
  readonly output: string
  /** One after another, each beginning with the student the one before ended with. */
  readonly stages: readonly DistilStage[]
  /** Where the teacher's vectors are kept for other runs. Default: with the run, and removed with it. */
  readonly vectors?: string
  /** Examples kept from training of every data set whose loss compares with the teacher, to compare the two on. Default 1000. */
  readonly heldOut?: number
  /** What the student is measured on, in stages and at the end, beside its teacher. */
  readonly tasks?: LoadedTasks
  /** Search sets it is measured on too: 100 x nDCG@10. Default: none. */
  readonly retrieval?: readonly RetrievalSet[]
  /** Default: as on the model card; `false` for none. Teachers that run elsewhere are not timed. */
  readonly timing?: TimingOptions | false
  /** Go on with an interrupted run. Default false. */
  readonly resume?: boolean
  /** What makes the run repeatable, to be saved beside the student, e.g. a recipe. */
  readonly record?: Readonly<Record<string, unknown>>
  /** How the student's weights are stored. Default float32. */
  readonly saveType?: 'float32' | 'float16'
  /** Default: the machine's physical cores. */
  readonly threads?: number
  readonly backend?: Backend
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: DistilProgress) => void
  readonly onStep?: (step: StepReport) => void
  readonly onEvaluation?: (evaluation: EvaluationReport) => void
  readonly onWarning?: (message: string) => void
}

/** What a run is at between the steps of its stages. */
export interface DistilProgress {
  readonly doing: 'vectors' | 'scores' | 'stage' | 'evaluation' | 'timing'
  /** The data set, stage or model it is about. */
  readonly name: string
  readonly done: number
  readonly total: number
}
