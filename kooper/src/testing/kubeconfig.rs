//! The kubeconfig that leads a client to a server on loopback.

/// The kubeconfig for the server at `url`, in the namespace `default`.
pub(super) fn kubeconfig(url: &str) -> String {
    format!(
        "apiVersion: v1\n\
         kind: Config\n\
         clusters:\n\
         - name: kooper\n  \
           cluster:\n    \
             server: {url}\n\
         users:\n\
         - name: kooper\n  \
           user: {{}}\n\
         contexts:\n\
         - name: kooper\n  \
           context:\n    \
             cluster: kooper\n    \
             user: kooper\n    \
             namespace: default\n\
         current-context: kooper\n"
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn kube_reads_the_kubeconfig() {
        let config = kube::config::Kubeconfig::from_yaml(&kubeconfig("http://127.0.0.1:8001")).unwrap();
        assert_eq!(config.current_context.as_deref(), Some("kooper"));
        let cluster = config.clusters[0].cluster.as_ref().unwrap();
        assert_eq!(cluster.server.as_deref(), Some("http://127.0.0.1:8001"));
    }
}
