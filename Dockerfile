# The base is an argument, so that a release can pin it by digest: --build-arg PYTHON=python:3.13-slim@sha256:…
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY fakefax fakefax
COPY scenarios scenarios
# pip compiles the bytecode too; without it the first start in every container would take twice as long.
RUN python -m venv /opt/fakefax \
    && /opt/fakefax/bin/pip install --no-cache-dir --disable-pip-version-check . \
    && /opt/fakefax/bin/pip uninstall --yes pip

FROM ${PYTHON}
LABEL org.opencontainers.image.title="fakefax" \
      org.opencontainers.image.description="A local stand-in for the Fax.to fax API" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin fakefax
COPY --from=build /opt/fakefax /opt/fakefax
ENV PATH=/opt/fakefax/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    FAKEFAX_HOST=0.0.0.0 \
    FAKEFAX_PORT=8080
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["fakefax", "readyz"]
ENTRYPOINT ["fakefax"]
CMD ["serve"]
