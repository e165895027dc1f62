import { CheckpointError } from '../errors/index.ts'
import { z } from '../schema/index.ts'
import { SIMILARITY_NAMES, type SimilarityName } from './checkpoint.ts'
import { type ModelFolder, readJson } from './model-folder.ts'

/** The file beside a model that says from which score on a pair matches. */
export const CALIBRATION_FILE = 'calibration.json'

const schema = z.object({
  similarity: z.enum(SIMILARITY_NAMES),
  prompt: z.nullable(z.string()),
  threshold: z.number(),
  map: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('isotonic'),
      scores: z.readonly(z.array(z.number()).check(z.minLength(1))),
      probabilities: z.readonly(
        z.array(z.number().check(z.gte(0), z.lte(1))).check(z.minLength(1)),
      ),
    }),
    z.object({ kind: z.literal('platt'), slope: z.number(), intercept: z.number() }),
  ]),
})

/** What a model's scores mean, as `yuju calibrate` found it. */
export interface CalibrationFile {
  readonly similarity: SimilarityName
  /** Text put before every sentence; null: the model's own default. */
  readonly prompt: string | null
  /** Pairs that score at least this match. */
  readonly threshold: number
  readonly map: z.infer<typeof schema>['map']
}

/**
 * The calibration in a model folder, or undefined where there is none.
 * @throws CheckpointError when the file is damaged.
 */
export async function readCalibration(folder: ModelFolder): Promise<CalibrationFile | undefined> {
  const content = await readJson(folder, CALIBRATION_FILE)
  if (content === undefined) return undefined
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  const path = `${folder.path}/${CALIBRATION_FILE}`
  throw new CheckpointError(
    'checkpoint-calibration',
    `${path} is no calibration (${parsed.error.issues[0]?.message}); make it with yuju calibrate`,
    { facts: { path }, cause: parsed.error },
  )
}
