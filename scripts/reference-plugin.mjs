// What TypeDoc is taught for the reference: each export and each method of Tensor stands under the theme of the file that declares it (a new
// file needs a line here only where its folder's theme doesn't fit); a class's parameters are told at its constructor; errors are named; and
// names in backticks lead to what they name.
import { Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';

/** Themes by path in lib/: the longest that fits counts. In lib/ops/ what isn't listed is called by its file's name. */
const THEMES = {
  'core/': 'Tensors',
  'core/autograd': 'Gradients',
  'core/compose': 'Gradients',
  'core/gradcheck': 'Gradients',
  'core/detach': 'Gradients',
  'core/errors': 'Errors',
  'core/random': 'Random numbers',
  'core/stretch': 'Running',
  'core/usage': 'Running',
  'data/': 'Data sets',
  'data/batches': 'Loading',
  'data/collate': 'Loading',
  'data/folds': 'Splits and folds',
  'data/labels': 'Splits and folds',
  'data/loader': 'Loading',
  'data/sampler': 'Loading',
  'data/split': 'Splits and folds',
  'data/digits_files': 'Ready data sets',
  'data/mnist': 'Ready data sets',
  'data/moby_dick': 'Ready data sets',
  'data/tables': 'Ready data sets',
  'io/': 'Files',
  'nn/': 'Layers',
  'nn/activations': 'Activations',
  'nn/along_axis': 'Activations',
  'nn/batch_norm': 'Normalisation',
  'nn/branches': 'Modules',
  'nn/checkpoint': 'Modules',
  'nn/containers': 'Modules',
  'nn/conv': 'Convolution and pooling',
  'nn/gates': 'Activations',
  'nn/group_norm': 'Normalisation',
  'nn/gru': 'Recurrent layers',
  'nn/hard_activations': 'Activations',
  'nn/hooks': 'Modules',
  'nn/init': 'First values',
  'nn/instance_norm': 'Normalisation',
  'nn/kv_cache': 'Attention',
  'nn/layer_norm': 'Normalisation',
  'nn/losses/': 'Losses',
  'nn/lstm': 'Recurrent layers',
  'nn/module': 'Modules',
  'nn/multihead_attention': 'Attention',
  'nn/pool': 'Convolution and pooling',
  'nn/positions': 'Attention',
  'nn/recurrent': 'Recurrent layers',
  'nn/recurrent_cell': 'Recurrent layers',
  'nn/recurrent_weights': 'Recurrent layers',
  'nn/rnn': 'Recurrent layers',
  'nn/running': 'Normalisation',
  'nn/sequential': 'Modules',
  'nn/state': 'Modules',
  'nn/structured_init': 'First values',
  'nn/transformer': 'Attention',
  'nn/transformer_layers': 'Attention',
  'ops/at': 'Indexing',
  'ops/attention': 'Attention',
  'ops/compare': 'Comparison and choice',
  'ops/concat': 'Joining and repeating',
  'ops/conv': 'Convolution and pooling',
  'ops/einsum': 'Matrices',
  'ops/gather': 'Indexing',
  'ops/group_norm': 'Normalisation',
  'ops/layer_norm': 'Normalisation',
  'ops/masks': 'Indexing',
  'ops/math': 'Exponentials and activations',
  'ops/activations': 'Exponentials and activations',
  'ops/pool': 'Convolution and pooling',
  'ops/rotary': 'Attention',
  'ops/sliding': 'Convolution and pooling',
  'ops/softmax': 'Exponentials and activations',
  'ops/powers': 'Exponentials and activations',
  'ops/matmul': 'Matrices',
  'ops/matrix': 'Matrices',
  'ops/norm': 'Reductions',
  'ops/parts': 'Shapes and parts',
  'ops/random': 'Random numbers',
  'ops/ranges': 'Tensors',
  'ops/reduce': 'Reductions',
  'ops/repeat': 'Joining and repeating',
  'ops/rows': 'Indexing',
  'ops/scan': 'Reductions',
  'ops/sort': 'Sorting',
  'ops/unique': 'Sorting',
  'ops/variance': 'Reductions',
  'ops/views': 'Shapes and parts',
  'optim/': 'Optimizers',
  'optim/one_cycle': 'Schedules',
  'optim/plateau': 'Schedules',
  'optim/scheduler': 'Schedules',
  'optim/schedules': 'Schedules',
  'train/': 'Training',
  'train/metrics/': 'Metrics',
};

function themeOf(file) {
  const path = /(?:^|\/)lib\/(.*)\.ts$/.exec(file)?.[1];
  if (path === undefined || path === 'index') return undefined;
  const key = Object.keys(THEMES)
    .filter((start) => (start.endsWith('/') ? path.startsWith(start) : path === start))
    .sort((a, b) => b.length - a.length)[0];
  if (key !== undefined) return THEMES[key];
  const [folder, name] = path.split('/');
  return folder === 'ops' ? `${name[0].toUpperCase()}${name.slice(1).replaceAll('_', ' ')}` : undefined;
}

const PLACED =
  ReflectionKind.Class |
  ReflectionKind.Function |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Variable |
  ReflectionKind.Method |
  ReflectionKind.Namespace |
  ReflectionKind.Reference;

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter))
      if (parameter.name === '__namedParameters') parameter.name = 'options';
    for (const reflection of project.getReflectionsByKind(ReflectionKind.Class)) describeConstructor(reflection);
    for (const reflection of project.getReflectionsByKind(PLACED)) place(reflection, app.logger);
    for (const reflection of Object.values(project.reflections)) if (reflection.comment) link(reflection, reflection.comment);
  });
}

function place(reflection, logger) {
  if (reflection.kindOf(ReflectionKind.Method) && !['Tensor', 'Parameter'].includes(reflection.parent.name)) return;
  const target = reflection.isReference?.() ? reflection.getTargetReflectionDeep() : reflection;
  const file = (target.sources ?? target.signatures?.[0]?.sources)?.[0]?.fileName ?? '';
  const theme = themeOf(file);
  if (theme === undefined) return logger.warn(`${reflection.name} of ${file} has no theme; scripts/reference-plugin.mjs takes one`);
  const { comment } = reflection.signatures?.[0] ?? reflection;
  comment?.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: theme }]));
}

/** A class's own `@param` are its constructor's. */
function describeConstructor({ comment, children = [] }) {
  const [signature] = children.find(({ kind }) => kind === ReflectionKind.Constructor)?.signatures ?? [];
  if (comment === undefined || signature === undefined || signature.inheritedFrom) return;
  comment.blockTags = comment.blockTags.filter(({ tag, name, content }) => {
    const parameter = tag === '@param' && signature.parameters?.find((each) => each.name === name);
    if (!parameter) return true;
    parameter.comment = new Comment(content);
    return false;
  });
}

function link(reflection, comment) {
  const linked = (parts) =>
    parts.flatMap((part) => (part.kind === 'code' ? linkTo(reflection, part.text.slice(1, -1)) : undefined) ?? part);
  comment.summary = linked(comment.summary);
  for (const tag of comment.blockTags) {
    if (tag.tag === '@example') continue;
    tag.content = linked(tag.tag === '@throws' ? withErrors(reflection, tag) : tag.content);
    tag.typeAnnotation = undefined;
  }
}

/** `@throws {ShapeError} {DTypeError} when …`: the first type is a part of the tag, others of its text. */
function withErrors(reflection, { typeAnnotation, content }) {
  const [first, ...rest] = content;
  const text = `${typeAnnotation ?? ''} ${first?.kind === 'text' ? first.text : ''}`.trim();
  const named = text.split(/\{(\w+)\}/).flatMap((piece, i) => (i % 2 === 0 ? { kind: 'text', text: piece } : error(reflection, piece)));
  return [...named, ...(first?.kind === 'text' ? rest : content)];
}

const error = (reflection, name) => linkTo(reflection, name) ?? { kind: 'code', text: `\`${name}\`` };

/** The link to what a name means where it stands: a member of the same class or module, or of one around it. */
function linkTo(reflection, name) {
  if (!/^[A-Za-z][\w.]*$/.test(name)) return undefined;
  const from = reflection.kindOf(ReflectionKind.SomeSignature) ? reflection.parent : reflection;
  for (let around = from; around; around = around.parent) {
    const target = around.getChildByName?.(name.split('.'));
    if (target?.kindOf(ReflectionKind.Parameter)) return undefined;
    if (target && target !== from) return { kind: 'inline-tag', tag: '@linkcode', text: name, target };
  }
  return undefined;
}
