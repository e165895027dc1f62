import { z } from 'zod'
import { SAVE_TYPES } from '../../checkpoint/constants.ts'
import { TEXT_ROLES } from '../../encoder/index.ts'
import {
  averageSchema,
  batchFields,
  dataFields,
  dataSchema,
  hasOneAmount,
  LOSSES,
  lossesSchema,
  ONE_AMOUNT,
  stepsFields,
} from '../../train/recipe/index.ts'

const text = z.string().min(1)
const whole = z.number().int().positive()

/** Put before queries and before documents. */
const promptsSchema = z.partialRecord(z.enum(TEXT_ROLES), z.string())

const teacherSchema = z.preprocess(
  (given) => (typeof given === 'string' ? { model: given } : given),
  z.strictObject({
    /** A folder, a hub id, or the address of an embeddings service. */
    model: text,
    prompt: z.string().exactOptional(),
    prompts: promptsSchema.exactOptional(),
    /** Of a service: which of its models is requested, and what names its vectors. */
    service_model: text.exactOptional(),
    id: text.exactOptional(),
  }),
)

export type TeacherRecipe = z.infer<typeof teacherSchema>

const studentSchema = z
  .strictObject({
    /** What it is made of. Default: the teacher. */
    model: text.exactOptional(),
    /** Averages the weights with those of another model of its size; see `averageModels`. */
    average: averageSchema.extend({ model: text }).exactOptional(),
    /** Its own prompts for queries and for documents. Default: those of the model. */
    prompts: promptsSchema.exactOptional(),
    /** No transformer, but a table of the model's tokens. */
    static: z
      .strictObject({
        sif: z.number().positive().exactOptional(),
        /** Tokens are counted in the data of the stages, or taken to follow Zipf's law. */
        frequencies: z.enum(['data', 'zipf']).exactOptional(),
      })
      .exactOptional(),
    layers: z.union([whole, z.array(z.number().int().nonnegative()).min(1)]).exactOptional(),
    vocabulary: z
      .strictObject({
        min_count: whole.exactOptional(),
        keep_han: z.boolean().exactOptional(),
        /** Whose tokens are counted. Default: the data of all stages. */
        data: z.array(dataSchema).min(1).exactOptional(),
      })
      .exactOptional(),
    hidden_size: whole.exactOptional(),
    dimensions: whole.exactOptional(),
  })
  .refine(
    ({ static: table, layers, vocabulary, hidden_size }) =>
      !table || [layers, vocabulary, hidden_size].every((given) => given === undefined),
    'a static student has no layers, vocabulary or hidden_size; expected static and dimensions only',
  )

/** Who teaches a data set: one of the teachers, or several, which count equally or by weight. */
const sharesSchema = z.preprocess(
  (given) => (Array.isArray(given) ? given : [given]),
  z
    .array(
      z.preprocess(
        (given) => (typeof given === 'string' ? { name: given } : given),
        z.strictObject({ name: text, weight: z.number().positive().exactOptional() }),
      ),
    )
    .min(1),
)

const stageSchema = z
  .strictObject({
    name: text,
    data: z
      .array(
        z.strictObject({
          ...dataFields,
          ...batchFields,
          loss: lossesSchema(LOSSES),
          teacher: sharesSchema.exactOptional(),
        }),
      )
      .min(1),
    ...stepsFields,
    evaluate_every: whole.exactOptional(),
    metric: text.exactOptional(),
    average: averageSchema.exactOptional(),
  })
  .refine(hasOneAmount, ONE_AMOUNT)
export type StageRecipe = z.infer<typeof stageSchema>

/** A distillation, as a JSON file. Paths are relative to the file. */
export const distilRecipeSchema = z
  .strictObject({
    teacher: teacherSchema.exactOptional(),
    /** Several, by the names that data sets call them. */
    teachers: z.record(text, teacherSchema).exactOptional(),
    student: studentSchema.default({}),
    output: text,
    stages: z.array(stageSchema).min(1),
    vectors: text.exactOptional(),
    held_out: z.number().int().nonnegative().exactOptional(),
    tasks: z
      .strictObject({ folder: text, names: z.array(text).min(1).exactOptional() })
      .exactOptional(),
    timing: z
      .union([
        z.literal(false),
        z.strictObject({
          texts: whole.exactOptional(),
          batch_size: whole.exactOptional(),
          max_length: whole.exactOptional(),
          repetitions: whole.exactOptional(),
        }),
      ])
      .exactOptional(),
    /** Folders of retrieval sets. */
    retrieval: z.array(text).min(1).exactOptional(),
    save_as: z.enum(SAVE_TYPES).exactOptional(),
    threads: whole.exactOptional(),
  })
  .refine(
    ({ teacher, teachers = {} }) => (teacher === undefined) === Object.keys(teachers).length > 0,
    'expected either teacher, for one, or teachers, by name',
  )
export type DistilRecipe = z.infer<typeof distilRecipeSchema>

/** By name; a single one is called as its model. */
export function teachersOf({
  teacher,
  teachers = {},
}: DistilRecipe): Record<string, TeacherRecipe> {
  return teacher ? { [teacher.model]: teacher } : teachers
}

/** Whether a teacher is the address of a service, and no folder or hub id. */
export function isService(model: string): boolean {
  return /^https?:\/\//i.test(model)
}
