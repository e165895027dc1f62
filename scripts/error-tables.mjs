// Writes docs/errors.md: every code of yuju's errors, from where they are thrown in src/.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '..')
const CLASSES = 'src/errors/index.ts'
const DOCUMENT = 'docs/errors.md'

const CODE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
/** Messages of one code beyond which the table says no more of it. */
const MOST_MESSAGES = 6

/** How a cure begins, where a message has one after a semicolon or a full stop. */
const CURE =
  /^(add|allow|ask|begin|build|call|cast|check|choose|convert|count|create|do|download|encode|expected|export|fetch|free|freeze|give|go on|have it|if|index|install|keep|leave|load|look|lower|make|mend|name|omit|open|pass|prefer|put|raise|rebuild|reinstall|reload|remove|rename|resume|retry|run|save|see|send|serve|set|shorten|so make|split|start|stop|take|truncate|try|update|use|wait|where|write)\b/i

/**
 * A class of errors, as its docstring says.
 * @typedef {{ name: string, meaning: string, cure: string }} ErrorClass
 * One way in which an error is thrown; places for values are written `*name*`.
 * @typedef {{ code: string, name: string, message: string }} Thrown
 * What the names of a scope stand for: an expression, and the scope it is written in.
 * @typedef {Map<string, { node: ts.Expression, scope: Scope }>} Scope
 */

/** @returns {ts.SourceFile[]} */
function readSources() {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|generated/.test(path))
    .sort()
    .map((path) => parse(`src/${path}`))
}

function parse(path) {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

/** All nodes below one for which `test` is true. */
function nodesOf(root, test) {
  const found = []
  const visit = (node) => {
    if (test(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(root)
  return found
}

/** @returns {ErrorClass[]} */
function readClasses() {
  return nodesOf(parse(CLASSES), ts.isClassDeclaration).map((node) => {
    const [meaning = '', ...cures] = ts.getJSDocCommentsAndTags(node)[0].comment.split(/\n+Cure: /)
    return { name: node.name.text, meaning: oneLine(meaning), cure: oneLine(cures.join(' ')) }
  })
}

const oneLine = (text) => text.replaceAll(/\s+/g, ' ').trim()

/** @param {ts.SourceFile[]} sources @param {Set<string>} names of the classes @returns {Thrown[]} */
function thrownIn(sources, names) {
  const calls = callsByName(sources)
  return sources.flatMap((source) =>
    nodesOf(source, (node) => ts.isNewExpression(node) && names.has(node.expression.getText()))
      .filter(({ arguments: args }) => args?.length > 0)
      .flatMap((node) => thrownAt(node, calls)),
  )
}

function callsByName(sources) {
  const calls = new Map()
  for (const call of sources.flatMap((source) => nodesOf(source, ts.isCallExpression))) {
    const name = lastName(call.expression)
    calls.set(name, [...(calls.get(name) ?? []), call])
  }
  return calls
}

function thrownAt(node, calls) {
  const [code, message] = node.arguments
  const name = node.expression.getText()
  const found = scopesOf(code, calls).flatMap((scope) =>
    textsOf(code, { scope, calls })
      .filter((text) => CODE.test(text))
      .flatMap((text) =>
        messagesOf(message, { scope, calls }).map((said) => ({ code: text, name, message: said })),
      ),
  )
  if (found.length > 0) return found
  const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.pos)
  throw new Error(`${node.getSourceFile().fileName}:${line + 1}: its code cannot be read`)
}

/** The message is what was thrown, where it is handed on unread. */
function messagesOf(message, context) {
  if (!message || ts.isSpreadElement(message)) return ['*what was thrown*']
  return textsOf(message, context).slice(0, MOST_MESSAGES)
}

/** What the names beside a code stand for: once, or for each row of a table that codes are taken from. */
function scopesOf(code, calls) {
  const name = nodesOf(code, ts.isIdentifier).at(0)?.text
  if (name === undefined) return [new Map()]
  const fromCallers = callsOf(enclosing(code), name, calls)
  if (fromCallers.length > 0) {
    return fromCallers.filter((scope) => ts.isStringLiteral(scope.get(name).node))
  }
  const binding = nodesOf(enclosing(code) ?? code.getSourceFile(), ts.isArrayBindingPattern).find(
    ({ elements }) => elements.some((element) => element.name?.getText() === name),
  )
  if (!binding) return [new Map()]
  const index = binding.elements.findIndex((element) => element.name?.getText() === name)
  const isRow = ({ elements }) => elements.length > index && isCode(elements[index])
  const rows = nodesOf(code.getSourceFile(), ts.isArrayLiteralExpression).filter(isRow)
  const scopes = rows.map(
    ({ elements }) =>
      new Map(
        binding.elements.flatMap((element, column) =>
          element.name && elements[column]
            ? [[element.name.getText(), { node: elements[column], scope: new Map() }]]
            : [],
        ),
      ),
  )
  return ts.isBinaryExpression(code) ? [...scopes, new Map()] : scopes
}

const isCode = (node) => ts.isStringLiteral(node) && CODE.test(node.text) && node.text.includes('-')

/** What an expression may say. */
function textsOf(node, context) {
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isNumericLiteral(node)) return [node.text]
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) {
    return textsOf(node.expression, context)
  }
  if (ts.isConditionalExpression(node)) {
    return unique([...textsOf(node.whenTrue, context), ...textsOf(node.whenFalse, context)])
  }
  if (ts.isTemplateExpression(node)) return templateTexts(node, context)
  if (ts.isBinaryExpression(node)) return binaryTexts(node, context)
  if (ts.isIdentifier(node)) return nameTexts(node, context)
  if (ts.isCallExpression(node)) return returnedTexts(node, context)
  return [placeholder(node)]
}

function templateTexts({ head, templateSpans }, context) {
  const parts = templateSpans.flatMap(({ expression, literal }) => [
    valueTexts(expression, context),
    [literal.text],
  ])
  return joined([[head.text], ...parts])
}

/** A value within a message: its name, unless it is one of a few texts. */
function valueTexts(node, context) {
  const texts = textsOf(node, { ...context, isValue: true })
  return texts.length <= 3 ? texts : [placeholder(node)]
}

function binaryTexts(node, context) {
  const { left, right, operatorToken } = node
  if (isConcatenation(node)) {
    return joined([textsOf(left, context), textsOf(right, context)])
  }
  const isFallback = operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken
  if (!(isFallback && ts.isIdentifier(left) && isText(right))) return [placeholder(node)]
  return textsOf(context.scope.has(left.text) ? left : right, context)
}

/** What a function of the same file returns, where that is a text. */
function returnedTexts(node, context) {
  const callee = node
    .getSourceFile()
    .statements.find(
      (one) => ts.isFunctionDeclaration(one) && one.name?.text === node.expression.getText(),
    )
  const returned = callee ? nodesOf(callee, ts.isReturnStatement).map((one) => one.expression) : []
  const texts = returned.filter((one) => one && isText(one))
  const isPartly = texts.length < returned.length
  if (texts.length === 0 || (context.isValue && isPartly)) return [placeholder(node)]
  return unique(texts.flatMap((text) => textsOf(text, { ...context, scope: new Map() })))
}

/** What a name stands for: a value of its scope, a constant, or what callers pass. */
function nameTexts(node, context) {
  const name = node.text
  const value = context.scope.get(name)
  if (value) return textsOf(value.node, { ...context, scope: value.scope })
  const constant = declarationOf(node, name)
  if (constant?.initializer && isText(constant.initializer)) {
    return textsOf(constant.initializer, context)
  }
  return constant ? [placeholder(node)] : parameterTexts(node, context)
}

/** Texts of which something is written in the code; others are only named. */
function isText(node) {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isNumericLiteral(node) ||
    ts.isTemplateExpression(node) ||
    (ts.isConditionalExpression(node) && isText(node.whenTrue) && isText(node.whenFalse)) ||
    (ts.isBinaryExpression(node) && isConcatenation(node))
  )
}

function isConcatenation({ left, right, operatorToken }) {
  const isSum = operatorToken.kind === ts.SyntaxKind.PlusToken
  return isSum && [left, right].some((side) => isText(side) && !ts.isNumericLiteral(side))
}

function declarationOf(node, name) {
  for (let scope = node.parent; scope; scope = scope.parent) {
    if (!(ts.isBlock(scope) || ts.isSourceFile(scope))) continue
    const declared = scope.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => [...declarationList.declarations])
      .find((declaration) => declaration.name.getText() === name)
    if (declared) return declared
  }
}

/** A word that is passed, such as the name of an option, says less than the name of the parameter. */
function parameterTexts(node, context) {
  const passed = callsOf(enclosing(node), node.text, context.calls).map(
    (scope) => scope.get(node.text).node,
  )
  if (context.isValue && !passed.every(isText)) return [placeholder(node)]
  const texts = passed
    .filter(isText)
    .flatMap((argument) => textsOf(argument, { ...context, scope: new Map() }))
    .filter((text) => text.includes(' '))
  return texts.length > 0 ? unique(texts) : [placeholder(node)]
}

/** What the parameters of a function stand for in each of its calls that passes `name`. */
function callsOf(callee, name, calls) {
  const names = callee?.parameters.map((parameter) => parameter.name.getText()) ?? []
  if (!names.includes(name)) return []
  return (calls.get(functionName(callee)) ?? [])
    .filter((call) => isCallOf(call, callee) && call.arguments[names.indexOf(name)])
    .map((call) => {
      const passed = names.map((own, index) => [own, call.arguments[index]])
      return new Map(
        passed.filter(([, node]) => node).map(([own, node]) => [own, { node, scope: new Map() }]),
      )
    })
}

/** Functions of one name lie in several files: a call is of its own file's, or of an imported one. */
function isCallOf(call, callee) {
  const [here, there] = [call.getSourceFile(), callee.getSourceFile()]
  if (here === there) return true
  const name = functionName(callee)
  return nodesOf(here, ts.isImportDeclaration).some(({ importClause, moduleSpecifier }) => {
    const isNamed = importClause?.namedBindings?.elements?.some((one) => one.name.text === name)
    const file = basename(moduleSpecifier.text)
    return (
      isNamed && (file === basename(there.fileName) || /^(index|internal|portable)\.ts$/.test(file))
    )
  })
}

function enclosing(node) {
  for (let scope = node.parent; scope; scope = scope.parent) {
    if (ts.isFunctionLike(scope)) return scope
  }
}

function functionName(node) {
  return node.name?.getText() ?? node.parent.name?.getText() ?? ''
}

/** `*max length*` for `options.maxLength`. */
function placeholder(node) {
  const words = lastName(node).replaceAll(/[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/g, (word) => ` ${word}`)
  return `*${
    words
      .replaceAll(/[^A-Za-z0-9]+/g, ' ')
      .trim()
      .toLowerCase() || '…'
  }*`
}

const WRAPPERS = [
  ts.isAsExpression,
  ts.isElementAccessExpression,
  ts.isNonNullExpression,
  ts.isParenthesizedExpression,
  ts.isSpreadElement,
]

/** The name of a value, of what is done to it, or of what it is taken from. */
function lastName(node) {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return node.text
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  if (ts.isCallExpression(node)) return calledName(node)
  if (ts.isBinaryExpression(node)) return lastName(node.left)
  return WRAPPERS.some((isWrapper) => isWrapper(node)) ? lastName(node.expression) : '…'
}

/** `names.join(', ')` is named by what it shows, as is `JSON.stringify(name)`. */
function calledName({ expression, arguments: [argument] }) {
  const isMethod = ts.isPropertyAccessExpression(expression)
  const shows =
    isMethod && !/^(JSON|Math|Number|Object|String|z)$/.test(expression.expression.getText())
  if (shows) return lastName(expression.expression)
  return argument ? lastName(argument) : lastName(expression)
}

function joined(parts) {
  return parts.reduce(
    (starts, ends) =>
      starts.flatMap((start) => ends.map((end) => start + end)).slice(0, MOST_MESSAGES),
    [''],
  )
}

const unique = (values) => [...new Set(values)]

/** When an error is thrown, and what its message says to do about it. */
function splitMessage(message) {
  const parts = message.split(/(?<=[;.?]) (?=\S)/)
  const first = parts.findIndex((part, index) => index > 0 && CURE.test(part))
  const at = first < 0 ? parts.length : first
  const when = parts.slice(0, at).join(' ').replace(/[;.]$/, '')
  return { when, cure: parts.slice(at).join(' ') }
}

/** The document, as it should be. */
export function errorDocument() {
  const classes = readClasses()
  const thrown = thrownIn(readSources(), new Set(classes.map(({ name }) => name)))
  return [HEAD, ...classes.map((one) => section(one, thrown))].filter((text) => text).join('\n')
}

function section({ name, meaning, cure }, thrown) {
  const own = thrown.filter((one) => one.name === name)
  const codes = unique(own.map(({ code }) => code)).sort()
  if (codes.length === 0) return ''
  const rows = codes.map((code) => {
    const messages = unique(own.filter((one) => one.code === code).map(({ message }) => message))
    const parts = messages.slice(0, MOST_MESSAGES).map((message) => splitMessage(message))
    const whens = unique(parts.map(({ when }) => when))
    const cures = unique(parts.map((part) => part.cure).filter((text) => text !== ''))
    return `| \`${code}\` | ${cell(whens)} | ${cell(cures)} |`
  })
  const head = '| code | when it is thrown | what to do |\n| --- | --- | --- |'
  return `## ${name}\n\n${meaning}\n${cure}\n\n${head}\n${rows.join('\n')}\n`
}

function cell(texts) {
  return texts.map((text) => oneLine(text).replaceAll(/[|<_`]/g, '\\$&')).join('<br>')
}

const HEAD = `# Errors

<!-- Made by node scripts/error-tables.mjs from the code; edit the messages there, and run it again. -->

Whatever yuju throws on purpose is a \`YujuError\` of one of these classes, which \`yuju\` exports. \`code\` is
stable across versions, \`message\` says what was expected, what came and what to do, \`facts\` holds the values
the message was made of, and \`cause\` the error underneath. Errors of threads and processes arrive as they
were thrown.

The tables give the messages, with *names* where values stand; some codes have several. Where the last
column is empty, what stands above the table is to be done.
`

if (import.meta.filename === process.argv[1]) {
  writeFileSync(join(ROOT, DOCUMENT), errorDocument())
}
