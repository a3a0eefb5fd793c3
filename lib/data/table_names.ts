// The features of the ready tables, in the order of their columns.
export const IRIS: readonly string[] = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'];

export const WINE: readonly string[] = [
  'alcohol',
  'malic acid',
  'ash',
  'alkalinity of ash',
  'magnesium',
  'total phenols',
  'flavanoids',
  'nonflavanoid phenols',
  'proanthocyanins',
  'color intensity',
  'hue',
  'od280/od315 of diluted wines',
  'proline',
];

const NUCLEUS = [
  'radius',
  'texture',
  'perimeter',
  'area',
  'smoothness',
  'compactness',
  'concavity',
  'concave points',
  'symmetry',
  'fractal dimension',
];

export const BREAST_CANCER: readonly string[] = [
  ...NUCLEUS.map((measure) => `mean ${measure}`),
  ...NUCLEUS.map((measure) => `${measure} error`),
  ...NUCLEUS.map((measure) => `worst ${measure}`),
];

export const DIABETES: readonly string[] = [
  'age',
  'sex',
  'body mass index',
  'average blood pressure',
  'total serum cholesterol',
  'low-density lipoproteins',
  'high-density lipoproteins',
  'total cholesterol / HDL',
  'log of serum triglycerides',
  'blood sugar',
];
