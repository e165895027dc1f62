export { narrowHidden } from './narrow-hidden.ts'
export {
  type PrincipalComponents,
  principalComponents,
} from './projection/principal-components.ts'
export { projectEmbeddings } from './projection/project-embeddings.ts'
export { selectLayers, spreadLayers } from './select-layers.ts'
export type { HttpOptions } from './teacher/http-teacher.ts'
export { type OpenTeacherOptions, openTeacher } from './teacher/open-teacher.ts'
export type { Teacher, VectorFunction } from './teacher/teacher.ts'
export { TeacherCache, type TeacherCacheOptions } from './teacher/teacher-cache.ts'
export { type CountOptions, countPieces } from './vocabulary/count-pieces.ts'
export { type CutOptions, cutVocabulary } from './vocabulary/cut-vocabulary.ts'
