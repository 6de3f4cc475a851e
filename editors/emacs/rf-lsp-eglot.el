;;; rf-lsp-eglot.el --- Shapes and receptive fields of PyTorch and Keras models in Eglot  -*- lexical-binding: t -*-

;; Emacs 30 or newer (29 works with Eglot from ELPA).  In your init file:
;;
;;     (load "/path/to/rf-lsp-eglot.el")
;;     (add-hook 'python-base-mode-hook #'eglot-ensure)

;;; Code:

(require 'eglot)
(require 'seq)

(add-to-list 'eglot-server-programs '((python-mode python-ts-mode) . ("rf-lsp" "server")))

(defun rf-lsp--models ()
  "The models of this buffer: an alist of summaries and arguments for the server."
  (let ((lenses (jsonrpc-request (eglot--current-server-or-lose) :textDocument/codeLens
                                 `(:textDocument (:uri ,(plist-get (eglot--TextDocumentIdentifier) :uri))))))
    (seq-keep (lambda (lens)
                (let ((command (plist-get lens :command)))
                  (when (equal (plist-get command :command) "rf-lsp.changeInput")
                    (let ((arguments (append (plist-get command :arguments) nil)))
                      (cons (cadr arguments) arguments)))))
              lenses)))

(defun rf-lsp-change-input (model shapes)
  "Analyse MODEL with inputs of SHAPES, such as 1x3x224x224; without any, with what the code says."
  (interactive
   (let ((models (rf-lsp--models)))
     (unless models (user-error "There is no model in this buffer"))
     (let ((model (if (cdr models) (completing-read "Model: " models nil t) (caar models))))
       (list (assoc model models) (split-string (read-string (format "Input of %s (1x3x224x224): " model)) "[, ]+" t)))))
  (jsonrpc-request (eglot--current-server-or-lose) :workspace/executeCommand
                   `(:command "rf-lsp.changeInput"
                     :arguments ,(vconcat (cdr model) (list (and shapes (vconcat shapes))))))
  (rf-lsp--show-hints-anew))

(defun rf-lsp--show-hints-anew ()
  "Eglot cannot be told by the server that hints have changed."
  (when (and eglot-inlay-hints-mode (fboundp 'eglot--update-hints-1))
    (eglot--update-hints-1 (point-min) (point-max))))

(provide 'rf-lsp-eglot)
;;; rf-lsp-eglot.el ends here
