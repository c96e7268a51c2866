# Completions for the shells that people type in.
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d

define files_shell
0644 hooks/shell/$(NAME).bash           $(BASHCOMPDIR)/$(NAME)
0644 hooks/shell/$(NAME).zsh            $(ZSHCOMPDIR)/_$(NAME)
0644 hooks/shell/$(NAME).fish           $(FISHCOMPDIR)/$(NAME).fish
endef
