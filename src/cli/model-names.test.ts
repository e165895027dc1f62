import { expect, test } from 'vitest'
import { modelNames } from './model-names.ts'

test.each([
  [
    ['/a/teacher', '/b/student/'],
    ['teacher', 'student'],
  ],
  [
    ['owner/name', './name'],
    ['owner/name', 'name'],
  ],
  [
    ['/a/model', '/b/model'],
    ['/a/model', '/b/model'],
  ],
  [
    ['/a/model', '/a/model'],
    ['/a/model', '/a/model (2)'],
  ],
])('%j are called %j', (models, names) => {
  expect(modelNames(models)).toEqual(names)
})
