"""Files by key (media, pyramids, models, exports) in a local folder or on S3, and a bounded cache on this machine."""
