;;; rf-lsp-lsp-mode.el --- Shapes and receptive fields of PyTorch and Keras models in lsp-mode  -*- lexical-binding: t -*-

;; In your init file:
;;
;;     (load "/path/to/rf-lsp-lsp-mode.el")
;;     (add-hook 'python-base-mode-hook #'lsp)

;;; Code:

(require 'lsp-mode)

(setq lsp-inlay-hint-enable t
      lsp-lens-enable t)

;; An add-on runs beside the language server for Python that you use.
(lsp-register-client
 (make-lsp-client
  :new-connection (lsp-stdio-connection '("rf-lsp" "server"))
  :activation-fn (lsp-activate-on "python")
  :server-id 'rf-lsp
  :priority -3
  :add-on? t
  :multi-root t))

(provide 'rf-lsp-lsp-mode)
;;; rf-lsp-lsp-mode.el ends here
