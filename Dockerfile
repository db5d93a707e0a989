# The base is an argument, so that a release can pin it by digest: --build-arg PYTHON=python:3.13-slim@sha256:…
# Behind a company's proxy: --secret id=ca,src=COMPANY.pem --build-arg INDEX=https://… (pip trusts that authority then).
# buildah and podman keep the health check only with --format docker.
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
ARG INDEX=https://pypi.org/simple
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY fakefax fakefax
COPY scenarios scenarios
# pip compiles the bytecode too; without it the first start in every container would take twice as long.
RUN --mount=type=secret,id=ca,required=false \
    python -m venv /opt/fakefax \
    && if [ -f /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi \
    && /opt/fakefax/bin/pip install --no-cache-dir --disable-pip-version-check --index-url "$INDEX" '.[faker,tls]' \
    && /opt/fakefax/bin/pip uninstall --yes pip

FROM ${PYTHON}
ARG VERSION=dev
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="fakefax" \
      org.opencontainers.image.description="A local stand-in for the Fax.to fax API" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.url="${SOURCE}" \
      org.opencontainers.image.documentation="${SOURCE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/fakefax /opt/fakefax
ENV PATH=/opt/fakefax/bin:$PATH
# The demo proves that what was built works, and leaves the bytecode of the standard library, which the base has not.
RUN useradd --uid 10001 --gid 0 --no-create-home --no-log-init --shell /usr/sbin/nologin fakefax \
    && install -d -m 0775 -o 10001 -g 0 /tls /scenarios /state \
    && fakefax demo --fast \
    && fakefax ca --tls-dir /tmp/tls > /dev/null \
    && rm -r /tmp/tls
ENV PYTHONDONTWRITEBYTECODE=1 \
    FAKEFAX_HOST=0.0.0.0 \
    FAKEFAX_PORT=8080 \
    FAKEFAX_SCENARIOS_DIR=/scenarios \
    FAKEFAX_TLS_DIR=/tls
# What FAKEFAX_STATE=/state/fakefax.db keeps: docker run -v fakefax:/state -e FAKEFAX_STATE=/state/fakefax.db …
VOLUME /state
WORKDIR /scenarios
USER 10001
EXPOSE 8080 8443
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["fakefax", "readyz"]
ENTRYPOINT ["fakefax"]
CMD ["serve"]
