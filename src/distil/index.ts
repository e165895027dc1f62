export type { Widths } from '../train/index.ts'
export { distil } from './distil.ts'
export type {
  DistilOptions,
  DistilProgress,
  DistilSource,
  DistilStage,
  TeacherShare,
  TimingOptions,
} from './distil-options.ts'
export { type DistilRecipeOptions, distilRecipe } from './recipe/distil-from-recipe.ts'
export type { DistilReport, ModelSize, StageReport } from './report/distil-report.ts'
export { type Agreement, agreementOf } from './run/agreement.ts'
export type { TeacherAgreement } from './run/stage-evaluation.ts'
export { buildStaticStudent, type StaticStudentOptions } from './student/build-static-student.ts'
export { buildStudent, type StudentOptions } from './student/build-student.ts'
export { narrowHidden } from './student/narrow-hidden.ts'
export { projectEmbeddings } from './student/project-embeddings.ts'
export { selectLayers } from './student/select-layers.ts'
export type { HttpOptions } from './teacher/http-teacher.ts'
export { type OpenTeacherOptions, openTeacher } from './teacher/open-teacher.ts'
export type { ScoreFunction, Teacher, VectorFunction, VectorSource } from './teacher/teacher.ts'
export { type CountOptions, countTokens } from './vocabulary/count-tokens.ts'
export { type TrimOptions, trimVocabulary } from './vocabulary/trim-vocabulary.ts'
