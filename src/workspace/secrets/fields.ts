// Shape rules for secrets whose name and value are in separate fields.

import { isCertainPassword, isRandom, isSecretName, type ShapeRow } from './accept.ts';

const name = `["']?(?<name>[\\w.:-]{2,80})["']?`;
const value = `["']?(?<secret>[^\\s"',}<>]{6,200})`;
const isNamedSecret = (secret: string, match: RegExpExecArray) =>
  isSecretName(match) && (isCertainPassword(secret) || isRandom(secret));

export const fieldRows: readonly ShapeRow[] = [
  {
    kind: 'parameter of CloudFormation',
    contains: 'ParameterKey',
    pattern: new RegExp(
      `ParameterKey["']?\\s{0,4}[=:]\\s{0,4}${name}\\s{0,20},?\\s{0,20}["']?ParameterValue["']?\\s{0,4}[=:]\\s{0,4}${value}`,
      'g',
    ),
    accept: isNamedSecret,
  },
  {
    kind: 'parameter of CloudFormation',
    contains: 'ParameterKey',
    pattern: new RegExp(
      `ParameterValue["']?\\s{0,4}[=:]\\s{0,4}${value}["']?\\s{0,20},?\\s{0,20}["']?ParameterKey["']?\\s{0,4}[=:]\\s{0,4}${name}`,
      'g',
    ),
    accept: isNamedSecret,
  },
  {
    kind: 'argument of JMeter',
    contains: 'Argument.value',
    pattern:
      /(?:Argument\.name"?>|elementProp name=")(?<name>[\w.-]{2,60})(?:<\/stringProp>|"[^>]{0,80}>)\s{0,40}(?:<(?:bool|string)Prop name="(?!Argument\.(?:name|value))[^<]{0,80}<\/(?:bool|string)Prop>\s{0,40}){0,4}<stringProp name="Argument\.value">(?<secret>[^<\n]{6,200})</g,
    accept: isNamedSecret,
  },
  {
    kind: 'argument of JMeter',
    contains: 'Argument.value',
    pattern:
      /"Argument\.value">(?<secret>[^<\n]{6,200})<\/stringProp>\s{0,40}(?:<(?:bool|string)Prop name="(?!Argument\.(?:name|value))[^<]{0,80}<\/(?:bool|string)Prop>\s{0,40}){0,4}<stringProp name="Argument\.name">(?<name>[\w.-]{2,60})</g,
    accept: isNamedSecret,
  },
];
