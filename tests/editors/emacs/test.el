;;; test.el --- what a person sees and does in Eglot  -*- lexical-binding: t -*-
;; Run by run.sh inside a terminal; writes to $RF_LSP_OUT.

(require 'cl-lib)
(require 'flymake)
(setq inhibit-startup-screen t make-backup-files nil auto-save-default nil create-lockfiles nil
      eglot-sync-connect 20 eglot-connect-timeout 30 eglot-confirm-server-edits nil
      confirm-kill-processes nil flymake-no-changes-timeout 0.2)

(defvar test-passed 0)

(defun test-say (text)
  (let ((coding-system-for-write 'utf-8)) (write-region (concat text "\n") nil (getenv "RF_LSP_OUT") t)))

;; Steps are taken from a timer, one after the other, so that Emacs is idle in between as it is with a person.
(defvar test-steps nil "What is still to do: (NAME CONDITION ACTION).")
(defvar test-deadline nil)

(defmacro test-when (name condition &rest action)
  "Once CONDITION holds do ACTION."
  (declare (indent 2))
  `(setq test-steps (append test-steps (list (list ,name (lambda () ,condition) (lambda () ,@action))))))

(defun test-hint (line)
  "The inlay hints shown on LINE, joined."
  (save-excursion
    (goto-char (point-min))
    (forward-line (1- line))
    (mapconcat (lambda (overlay) (concat (overlay-get overlay 'before-string) (overlay-get overlay 'after-string)))
               (cl-remove-if-not (lambda (overlay) (overlay-get overlay 'eglot--inlay-hint))
                                 (overlays-in (line-beginning-position) (1+ (line-end-position)))))))

(defun test-errors ()
  (cl-remove-if-not (lambda (found) (eq (flymake-diagnostic-type found) 'eglot-error)) (flymake-diagnostics)))

(defun test-go (line column)
  (goto-char (point-min))
  (forward-line (1- line))
  (forward-char (1- column)))

(defun test-input (shapes)
  (cl-letf (((symbol-function 'read-string) (lambda (&rest _) shapes)))
    (call-interactively #'rf-lsp-change-input)))

(defun test-type (line column old new)
  "Type NEW in place of OLD, as with the keyboard."
  (test-go line (+ column (length old)))
  (setq unread-command-events (append (make-list (length old) ?\C-?) (string-to-list new) nil)))

(test-when "the file" t
  (find-file "net.py")
  (unless (derived-mode-p 'python-base-mode) (python-mode))
  (apply #'eglot (eglot--guess-contact)))

(test-when "the server" (and (eglot-current-server) (eglot-managed-p)))
(test-when "inlay hints" (string-search "32×48×48 · RF 7" (test-hint 10)))
(test-when "hint where a layer is called" (string-search "128×24×24 · RF 21" (test-hint 20)))

(test-when "diagnostics" (progn (flymake-start) (test-errors))
  (cl-assert (string-search "conv3 expects 32 input channels, gets 64" (flymake-diagnostic-text (car (test-errors)))))
  (test-go 13 24)
  (let* ((answer (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams)))
         (shown (format "%s" (eglot--hover-info (plist-get answer :contents) (plist-get answer :range)))))
    (cl-assert (string-search "128×24×24" shown) t)
    (cl-assert (not (string-search "data:image" shown)) t))
  (test-input "1x3x64x64"))

(test-when "hints of the new input" (string-search "32×32×32 · RF 7" (test-hint 10))
  (test-input ""))
(test-when "hints of the old input" (string-search "32×48×48 · RF 7" (test-hint 10))
  (test-type 10 61 "2" "4"))
(test-when "hints after an edit" (string-search "32×24×24 · RF 7" (test-hint 10)))
(test-when "hints elsewhere after an edit" (string-search "32×24×24 · RF 7" (test-hint 18))
  (test-type 10 61 "4" "2"))

(test-when "the error again" (and (string-search "stride=2" (buffer-string)) (progn (flymake-start) (test-errors)))
  (test-go 20 36)
  (let* ((actions (append (eglot-code-actions (point) (1+ (point))) nil))
         (fix (cl-find-if (lambda (action) (string-search "in_channels" (plist-get action :title))) actions)))
    (unless fix (error "the fix; offered: %S" (mapcar (lambda (action) (plist-get action :title)) actions)))
    (eglot-execute (eglot-current-server) fix)))

(test-when "the fix" (save-excursion (goto-char (point-min)) (search-forward "Conv2d(64, 128" nil t)))
(test-when "no error" (progn (flymake-start) (null (test-errors))))

(defun test-turn ()
  (condition-case problem
      (with-current-buffer (window-buffer)
        (pcase-let ((`(,name ,condition ,action) (car test-steps)))
          (setq test-deadline (or test-deadline (+ (float-time) 20)))
          (cond ((funcall condition)
                 (pop test-steps)
                 (cl-incf test-passed)
                 (setq test-deadline nil)
                 (funcall action))
                ((> (float-time) test-deadline) (error "timeout: %s; line 10 says %s\n%s" name (test-hint 10) (buffer-string))))))
    (error (test-say (format "FAILED Emacs %s: %s" emacs-version (error-message-string problem)))
           (kill-emacs 1)))
  (if test-steps
      (run-with-timer 0.8 nil #'test-turn)
    (test-say (format "ok Emacs %s, Eglot: %d checks" emacs-version test-passed))
    (ignore-errors (eglot-shutdown-all))
    (kill-emacs 0)))

(add-hook 'emacs-startup-hook (lambda () (run-with-timer 0.3 nil #'test-turn)))
