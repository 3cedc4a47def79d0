// A line of which the second folder's files are full, and the first one's know nothing.
export const foreignLine = 'export const marmaladeCompass = calibrateMarmaladeCompass(northPole, southPole);';
