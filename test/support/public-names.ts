import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

const root = join(import.meta.dirname, '../..')

/** A name that a module exports, and what its docstring says. */
export interface ExportedName {
  readonly name: string
  readonly isType: boolean
  /** Where it is declared, relative to the project. */
  readonly file: string
  /** Without the comment's stars; empty where there is none. */
  readonly documentation: string
  /** What is exported under a name of its own, as `operations` is. */
  readonly members: readonly ExportedName[]
}

/** The source of every public entry of package.json, by the name it is imported by. */
export function publicEntries(): ReadonlyMap<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const entries = Object.entries<{ default?: string }>(exports)
  return new Map(
    entries.flatMap(([name, { default: file }]) =>
      file ? [[join('yuju', name), file.replace('./dist', 'src').replace(/js$/, 'ts')]] : [],
    ),
  )
}

const known = new Map<string, readonly ExportedName[]>()

/** What a source file exports, in its order. */
export function exportedNames(file: string): readonly ExportedName[] {
  const names = known.get(file) ?? readNames(file)
  known.set(file, names)
  return names
}

function readNames(file: string): ExportedName[] {
  const text = readFileSync(join(root, file), 'utf8')
  return ts
    .createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    .statements.flatMap((statement) => {
      if (ts.isExportDeclaration(statement)) return passedOn(statement, file)
      const isExported = ts.canHaveModifiers(statement)
        ? ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
        : false
      return isExported ? declared(statement, file) : []
    })
}

function passedOn(statement: ts.ExportDeclaration, file: string): ExportedName[] {
  const { exportClause: clause, moduleSpecifier: specifier } = statement
  if (!(clause && specifier && ts.isStringLiteral(specifier))) throw new Error(`${file}: export *`)
  const target = join(dirname(file), specifier.text)
  const found = exportedNames(target)
  if (ts.isNamespaceExport(clause)) {
    const { text: name } = clause.name
    return [{ name, isType: false, file: target, documentation: name, members: found }]
  }
  return clause.elements.map(({ name, propertyName = name, isTypeOnly }) => {
    const one = found.find((candidate) => candidate.name === propertyName.text)
    if (!one) throw new Error(`${file}: ${name.text} is not exported by ${target}`)
    return { ...one, name: name.text, isType: one.isType || statement.isTypeOnly || isTypeOnly }
  })
}

function declared(statement: ts.Statement, file: string): ExportedName[] {
  const documentation = ts
    .getJSDocCommentsAndTags(statement)
    .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '')
    .join('\n')
  const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
  return namesOf(statement).map((name) => ({ name, isType, file, documentation, members: [] }))
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  }
  const { name } = statement as ts.DeclarationStatement
  return name ? [name.getText()] : []
}
