# The service as an image, for any platform that Python and the wheels exist for. It runs without root, and with a
# read-only root file system: it writes to /data only. docs/install.md shows how to run it.
FROM python:3.13-slim-bookworm AS build
WORKDIR /build
COPY constraints.txt ./
COPY server server
RUN python -m pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore \
        --constraint constraints.txt hatchling \
    && python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir dist ./server \
    && python -m venv --without-pip /opt/numberkeep \
    && python -m pip --python /opt/numberkeep/bin/python install --no-cache-dir --disable-pip-version-check \
        --constraint constraints.txt --only-binary :all: "$(echo dist/*.whl)[postgres]"

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="numberkeep" \
      org.opencontainers.image.description="A contacts service you own, speaking the Sendblue v2 Contacts API." \
      org.opencontainers.image.source="https://github.com/numberkeep/numberkeep" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/numberkeep /opt/numberkeep
RUN groupadd --gid 10001 numberkeep \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin numberkeep \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data
# TMPDIR: exports and imports need room for a file, which a read-only root has only here.
ENV PATH=/opt/numberkeep/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TMPDIR=/data \
    NUMBERKEEP_HOST=0.0.0.0 \
    NUMBERKEEP_PORT=8181 \
    NUMBERKEEP_DATABASE=sqlite:////data/numberkeep.db
WORKDIR /data
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8181
# By the variables above: to change the port, set NUMBERKEEP_PORT instead of passing --port.
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s --retries=3 CMD ["numberkeep", "ready"]
ENTRYPOINT ["numberkeep"]
CMD ["serve"]
