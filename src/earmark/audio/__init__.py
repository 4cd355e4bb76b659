"""Sound as arrays: decoding, resampling, levels, spectrograms. numpy only, always streaming."""
