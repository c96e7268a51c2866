# What runit as Void sets it up gets: scripts that its stages 1 and 3 read in the order of their names.
define files_runit
0644 hooks/runit/start                  $(SYSCONFDIR)/runit/core-services/90-$(NAME).sh
0644 hooks/runit/stop                   $(SYSCONFDIR)/runit/shutdown.d/25-$(NAME).sh
0644 hooks/runit/gate                   $(SYSCONFDIR)/runit/shutdown.d/85-$(NAME)-gate.sh
0755 hooks/gate                       $(LIBEXECDIR)/gate
endef
