# Image of the worker for RunPod's serverless platform, on an NVIDIA GPU. Build it from the root of the repository:
#   docker build --file deploy/runpod.Dockerfile --tag you/earmark-runpod .
# Weights are part of the image, so that a worker that starts has nothing to download. Other ones:
#   --build-arg MODEL=small

FROM python:3.12-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
COPY scripts ./scripts
COPY web ./web
RUN python -m venv /opt/earmark \
    && /opt/earmark/bin/python -m pip install --no-cache-dir '.[runpod]' 'nvidia-cublas-cu12>=12,<13' 'nvidia-cudnn-cu12>=9,<10'

FROM build AS weights
ARG MODEL=large-v3-turbo
ENV EARMARK_MODELS_DIR=/models
RUN /opt/earmark/bin/earmark models pull "$MODEL" \
    && /opt/earmark/bin/earmark models pull diarization

FROM python:3.12-slim-bookworm AS worker
ARG MODEL=large-v3-turbo
RUN groupadd --system --gid 10001 earmark \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin earmark \
    && install --directory --owner earmark --group earmark --mode 0700 /data
COPY --from=build /opt/earmark /opt/earmark
COPY --from=weights /models /models
ENV PATH=/opt/earmark/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LD_LIBRARY_PATH=/opt/earmark/lib/python3.12/site-packages/nvidia/cublas/lib:/opt/earmark/lib/python3.12/site-packages/nvidia/cudnn/lib \
    EARMARK_DATA_DIR=/data \
    EARMARK_MODELS_DIR=/models \
    EARMARK_MODEL=$MODEL \
    EARMARK_DEVICE=auto \
    EARMARK_OFFLINE=1 \
    EARMARK_LOG_FORMAT=json
WORKDIR /data
USER 10001:10001
ENTRYPOINT ["earmark"]
CMD ["runpod"]
