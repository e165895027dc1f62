import { z } from 'zod'
import { linear, multiply, subtract } from '../../graph/operations.ts'
import { defineLoss, size } from './define-loss.ts'
import { columnAt, type Loss, type LossContext, widthOf } from './loss.ts'
import { mean, total } from './reductions.ts'
import { COSINE_EPSILON, cosine } from './similarity.ts'
import { perColumnTeacher, type TeacherOptions, teacherVectors } from './teacher.ts'

export interface CosineToTeacherOptions extends TeacherOptions {
  /**
   * The teacher's width, where it differs from the embeddings': a learned projection without bias,
   * the parameter `cosine_to_teacher.projection` [teacher,D], then stands between the two. It is
   * not part of the trained model.
   */
  readonly projectTo?: number
  /** Tells the projections to several teachers apart, as part of the parameter's name. */
  readonly teacherName?: string
}

/**
 * Angle to a teacher's vectors: mean over examples of 1 - cos(e, t).
 *
 * Inputs: as `mse`. Lengths do not matter, so it suits models whose embeddings are compared by
 * cosine; where similarities are all that counts, `similarityMatrix` and `similarityDistribution`
 * leave the student free to turn the space.
 * Source: Kim et al. 2023, "EmbedDistill"; reference: EmbedDistillLoss(distance_metric='cosine') of
 * sentence-transformers (whose projection also has a bias).
 */
export function cosineToTeacher(options: CosineToTeacherOptions = {}): Loss {
  return cosineToTeacherLoss.build(options)
}

export const cosineToTeacherLoss = defineLoss({
  name: 'cosine_to_teacher',
  summary: 'its direction; a learned projection where lengths differ',
  options: {},
  teacher: {
    options: {
      ...perColumnTeacher.options,
      projectTo: size.exactOptional(),
      teacherName: z.string().exactOptional(),
    },
    optionsFor: ({ student, teacher, teacherName }, columns) => ({
      perColumn: columns > 1,
      teacherName,
      ...(student === teacher ? {} : { projectTo: teacher }),
    }),
  },
  make: (options) => ({
    columns: { min: 1, max: Number.POSITIVE_INFINITY },
    label: 'none',
    build(context) {
      const teacher = teacherVectors(context, options, options.projectTo)
      const losses = students(context, options).map((student, index) =>
        mean(subtract(1, cosine(student, teacher(index), COSINE_EPSILON))),
      )
      return multiply(total(losses), 1 / losses.length)
    },
  }),
})

function students(context: LossContext, { projectTo, teacherName }: CosineToTeacherOptions) {
  if (projectTo === undefined) return context.columns
  const shape = [projectTo, widthOf(columnAt(context, 0))]
  const name = ['cosine_to_teacher.projection', ...(teacherName ? [teacherName] : [])].join('.')
  const projection = context.parameter(name, shape)
  return context.columns.map((column) => linear(column, projection, undefined))
}
