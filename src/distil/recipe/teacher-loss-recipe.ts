import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'
import {
  attentionRelation,
  cosineToTeacher,
  hiddenStates,
  type Loss,
  mse,
  similarityDistribution,
  similarityMatrix,
  teacherRanking,
} from '../../train/index.ts'
import { COMPARISONS, RELATIONS } from '../../train/internal.ts'
import {
  labelLosses,
  labelLossOf,
  lossesSchema,
  lossWeight,
  sumOf,
} from '../../train/recipe/index.ts'
import type { Widths } from '../distil-options.ts'

const layer = z.number().int().nonnegative()
const positive = z.number().positive().exactOptional()
const compare = z.enum(COMPARISONS).exactOptional()

const teacherLosses = [
  z.strictObject({ name: z.literal('mse'), ...lossWeight }),
  z.strictObject({ name: z.literal('cosine_to_teacher'), ...lossWeight }),
  z.strictObject({ name: z.literal('similarity_matrix'), compare, ...lossWeight }),
  z.strictObject({
    name: z.literal('similarity_distribution'),
    temperature: positive,
    teacher_temperature: positive,
    candidates: z.enum(['student', 'teacher']).exactOptional(),
    compare,
    ...lossWeight,
  }),
  z.strictObject({ name: z.literal('teacher_ranking'), scale: positive, ...lossWeight }),
  z.strictObject({
    name: z.literal('hidden_states'),
    /** Which states are compared: 0 is the embeddings, n what layer n gives, counted from 1. */
    pairs: z.array(z.strictObject({ student: layer, teacher: layer })).min(1),
    ...lossWeight,
  }),
  z.strictObject({
    name: z.literal('attention_relation'),
    /** Counted from 0. */
    teacher_layer: layer,
    student_layer: layer.exactOptional(),
    heads: z.number().int().positive(),
    relations: z.array(z.enum(RELATIONS)).min(1).exactOptional(),
    ...lossWeight,
  }),
] as const
const teacherLossSchema = z.discriminatedUnion('name', teacherLosses)
type TeacherLossRecipe = z.infer<typeof teacherLossSchema>

/** Losses that compare with the teacher, and those on labels; one, or a weighted sum. */
export const distilLossesSchema = lossesSchema(
  z.discriminatedUnion('name', [...teacherLosses, ...labelLosses]),
)
type LossRecipe = z.infer<typeof distilLossesSchema>[number]

const TEACHER_LOSSES: ReadonlySet<string> = new Set(
  teacherLosses.map(({ shape }) => shape.name.value),
)

/** What the losses compare with inside the teacher, by the names of `DistilSource.states`. */
export function teacherStatesOf(recipes: readonly LossRecipe[]): string[] {
  return recipes.flatMap((recipe) => {
    if (recipe.name === 'hidden_states') {
      return recipe.pairs.map(({ teacher }) => `hidden_states.${teacher}`)
    }
    if (recipe.name !== 'attention_relation') return []
    const { relations = RELATIONS, teacher_layer } = recipe
    return relations.map((relation) => `${relation}.${teacher_layer}`)
  })
}

/** The loss; a function of the two widths where any part of it compares with the teacher. */
export function distilLossOf(
  recipes: readonly LossRecipe[],
  columns: number,
): Loss | ((widths: Widths) => Loss) {
  const build = (widths: Widths) =>
    sumOf(
      recipes.map((recipe) => ({
        ...recipe,
        loss: isTeacherLoss(recipe) ? teacherLossOf(recipe, widths, columns) : labelLossOf(recipe),
      })),
    )
  if (recipes.some(isTeacherLoss)) return build
  return build({ student: 0, teacher: 0, teacherName: '' })
}

function isTeacherLoss(recipe: LossRecipe): recipe is TeacherLossRecipe {
  return TEACHER_LOSSES.has(recipe.name)
}

function teacherLossOf(recipe: TeacherLossRecipe, widths: Widths, columns: number): Loss {
  requireEqualWidths(recipe, widths)
  const perColumn = columns > 1
  const relational = { teacherSize: widths.teacher }
  const { teacherHidden } = widths
  const inner = teacherHidden === undefined ? {} : { teacherSize: teacherHidden }
  switch (recipe.name) {
    case 'mse':
      return mse({ perColumn })
    case 'cosine_to_teacher':
      return cosineToTeacher({
        perColumn,
        teacherName: widths.teacherName,
        ...(widths.student === widths.teacher ? {} : { projectTo: widths.teacher }),
      })
    case 'similarity_matrix':
      return similarityMatrix({ ...relational, ...given({ compare: recipe.compare }) })
    case 'similarity_distribution': {
      const { temperature, teacher_temperature: teacherTemperature, candidates, compare } = recipe
      const options = { temperature, teacherTemperature, candidates, compare }
      return similarityDistribution({ ...relational, ...given(options) })
    }
    case 'teacher_ranking':
      return teacherRanking(recipe.scale === undefined ? {} : { scale: recipe.scale })
    case 'hidden_states':
      return hiddenStates({ pairs: recipe.pairs, ...inner })
    case 'attention_relation': {
      const { heads, teacher_layer, student_layer, relations } = recipe
      return attentionRelation({
        ...inner,
        heads,
        teacherLayer: teacher_layer,
        ...(student_layer === undefined ? {} : { studentLayer: student_layer }),
        ...(relations === undefined ? {} : { relations }),
      })
    }
    default:
      return recipe satisfies never
  }
}

/** @throws InputError where vectors are compared number by number and are not of one length. */
function requireEqualWidths(recipe: TeacherLossRecipe, { student, teacher }: Widths): void {
  const { name } = recipe
  const needsOne =
    name === 'mse' ||
    name === 'teacher_ranking' ||
    (name === 'similarity_distribution' && recipe.candidates === 'teacher')
  if (!needsOne || student === teacher) return
  throw new InputError(
    'distil-widths',
    `${name} compares vectors number by number, but the student's have ${student} numbers and the ` +
      `teacher's ${teacher}; use cosine_to_teacher, similarity_matrix or similarity_distribution`,
    { facts: { loss: name, student, teacher } },
  )
}
