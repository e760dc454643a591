/** Limits of requests, by their names in replies: `bps`, `iops_rd`, `bps_max`, `iops_size`. */
export type ThrottleLimits = ReadonlyMap<string, number | bigint>;
