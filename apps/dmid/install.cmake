# SPDX-License-Identifier: Apache-2.0
# cmake --install build/release --prefix /usr/local: the program, what it says about itself (man pages and
# completions, from the program's own table), and a unit for systemd, which nothing enables.
include(GNUInstallDirs)
install(TARGETS dmid RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(CODE "
  set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share\")
  foreach(entry \"bash:bash-completion/completions/dmid\" \"zsh:zsh/site-functions/_dmid\"
          \"fish:fish/vendor_completions.d/dmid.fish\")
    string(REGEX MATCH \"^([a-z]+):(.*)$\" all \"\${entry}\")
    set(file \"\${share}/\${CMAKE_MATCH_2}\")
    set(shell \"\${CMAKE_MATCH_1}\")
    execute_process(COMMAND $<TARGET_FILE:dmid> completion \${shell} OUTPUT_VARIABLE script COMMAND_ERROR_IS_FATAL ANY)
    message(STATUS \"Installing: \${file}\")
    file(WRITE \"\${file}\" \"\${script}\")
  endforeach()
  message(STATUS \"Installing: \${share}/man/man1/dmid*.1\")
  file(MAKE_DIRECTORY \"\${share}/man/man1\")
  execute_process(COMMAND $<TARGET_FILE:dmid> man --out \"\${share}/man/man1\" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  set(CMAKE_INSTALL_FULL_BINDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
  message(STATUS \"Installing: \${CMAKE_INSTALL_PREFIX}/lib/systemd/system/dmid.service\")
  configure_file(\"${CMAKE_CURRENT_LIST_DIR}/dmid.service.in\"
                 \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/systemd/system/dmid.service\" @ONLY)
")
