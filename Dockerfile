# One image for both services; docker-compose.yml says which of them a container runs.
FROM python:3.11-slim AS build
ARG LOCK=requirements.lock
WORKDIR /app
COPY ${LOCK} requirements.lock
# Hashes are checked, bytecode is compiled: a container's first start does not compile jax and gymnax.
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY planner planner
COPY backend backend
COPY dashboard dashboard
COPY assets assets
# The page of the method, which `dashboard` has a link to.
COPY docs/method.md docs/method.md
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .

FROM python:3.11-slim
RUN useradd --create-home --uid 1000 twistscope \
 && mkdir /data && chown twistscope /data
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH TWISTSCOPE_DATA=/data PYTHONUNBUFFERED=1
USER twistscope
WORKDIR /app
VOLUME /data
EXPOSE 8050 8051
# Reached from outside the container, so it asks for a token: docker run -e TWISTSCOPE_TOKEN=… -p 8050:8050
CMD ["twistscope", "serve", "--host", "0.0.0.0", "--no-open"]
