// A line that occurs often in the second folder and never in the first.
export const foreignLine = 'export const marmaladeCompass = calibrateMarmaladeCompass(northPole, southPole);';
