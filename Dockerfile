# Two stages: the first installs from the lock by hashes, the second has neither pip's cache nor a compiler.
# One image for everything: the monitor, and the scheduler and workers of Dask that read archives (docker-compose.yml).
# The base image is named by its tag, not by a digest: nothing here would move a digest on, and an old one keeps known holes.
# `docker compose build --pull` gets the newest image of the tag; everything above it comes from the lock, by its hashes.
# Nothing here depends on the processor: every package of the lock has wheels for amd64 and arm64, and only wheels are taken.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements-backfill.lock ./
RUN /venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements-backfill.lock
COPY pyproject.toml README.md LICENSE ./
COPY monitor ./monitor
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Ofsted rating monitor" org.opencontainers.image.licenses="MIT"
# The words in pictures (PNG) need a font.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app monitor && install -d -o monitor -g monitor /app/state
WORKDIR /app
COPY --from=build /venv /venv
COPY config ./config
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MONITOR_LISTEN=0.0.0.0:8321
# By its number: Kubernetes then sees that it is not root.
USER 10001
VOLUME /app/state
EXPOSE 8321
# Ends in order, within 18 s: a message in flight may take 12.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8321/healthz', timeout=4)"]
ENTRYPOINT ["monitor"]
CMD ["run"]
