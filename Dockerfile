# The base is an argument, so that a release can pin it by digest: --build-arg PYTHON=python:3.13-slim@sha256:…
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY fakefax fakefax
COPY scenarios scenarios
# pip compiles the bytecode too; without it the first start in every container would take twice as long.
RUN python -m venv /opt/fakefax \
    && /opt/fakefax/bin/pip install --no-cache-dir --disable-pip-version-check '.[tls]' \
    && /opt/fakefax/bin/pip uninstall --yes pip

FROM ${PYTHON}
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="fakefax" \
      org.opencontainers.image.description="A local stand-in for the Fax.to fax API" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/fakefax /opt/fakefax
ENV PATH=/opt/fakefax/bin:$PATH
# The demo proves that what was built works, and leaves the bytecode of the standard library, which the base has not.
RUN useradd --system --uid 10001 --gid 0 --no-create-home --shell /usr/sbin/nologin fakefax \
    && install -d -m 0775 -o 10001 -g 0 /tls /scenarios \
    && fakefax demo --fast \
    && fakefax ca --tls-dir /tmp/tls > /dev/null \
    && rm -r /tmp/tls
ENV PYTHONDONTWRITEBYTECODE=1 \
    FAKEFAX_HOST=0.0.0.0 \
    FAKEFAX_PORT=8080 \
    FAKEFAX_SCENARIOS_DIR=/scenarios \
    FAKEFAX_TLS_DIR=/tls
WORKDIR /scenarios
USER 10001
EXPOSE 8080 8443
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["fakefax", "readyz"]
ENTRYPOINT ["fakefax"]
CMD ["serve"]
