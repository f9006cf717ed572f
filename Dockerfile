# One static binary on nothing. "make image" builds the binary first; dist/data is an empty folder, whose owner the volume takes over.
FROM scratch
COPY dist/patchbay /patchbay
COPY --chown=65532:65532 dist/data /data
USER 65532:65532
ENV PATCHBAY_DATA=/data PATCHBAY_LISTEN=0.0.0.0:8080
VOLUME ["/data"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s CMD ["/patchbay", "healthcheck"]
ENTRYPOINT ["/patchbay"]
CMD ["serve"]
