"""The code interpreter: Python that a model wrote, run in a Jupyter kernel that is thrown away afterwards.

It is off until it is switched on, by `connect(code_interpreter=True)` or `threadlab serve
--code-interpreter`. One session, a kernel with a folder, belongs to each thread, as on the service: what
one call made, the next one finds. A session ends when it was not used for ten minutes, when four others are
in use, with the backend, with its thread, and by breaking a limit; its processes are killed and its folder
removed, even if the backend itself is killed. Code of a run that is cancelled is interrupted, and killed with
its session if it does not give way.

What it protects from, on Linux where a process may have namespaces of its own ("walls"):

- The network: there is none in there, not even a loopback, for programs in whatever language.
- Your files: it can write to its own folder, its home and /tmp alone. It can read nothing but those, the
  system's programs (/usr, /bin, /lib) and this Python with its packages. Its links out of the folder are
  not followed.
- Your secrets: its environment is a list of our own, and no file of your home or project is there.
- Your processes: it neither sees them nor can reach them, and it is another user than you.
- Too much of anything: the time of a call, the memory of one process and of all, processing time,
  processes, text and images of a call, new files, the size of a file and of the folder (`limits.py`). What
  breaks a limit of the whole is killed with everything that it had started, and the model is told why.

What it does not protect from:

- Errors of the system's kernel. It shares that with you; there is no virtual machine and no filter of
  system calls. Do not run there what somebody wrote to attack you.
- What the packages of this Python and the system's programs themselves hold: a password in site-packages
  can be read, and so can what /proc tells about the machine, such as its processor and how long it has been
  on.
- A machine that is busy: up to its limits it takes processor and memory, several sessions at once take as
  much each, and a burst of processes or of writing is noticed after a tenth of a second, not before it.
- What you do with the results: text, images and files are as the code made them. An SVG can hold a script.
- Wrong results. That code ran says nothing about whether it computed what was meant.

Without walls (macOS; Linux in many containers, or where a setting forbids user namespaces) a session is
only guarded, and a warning in the log says so, with the reason, when the first one starts; `threadlab doctor`
knows it before. There are the same limits for a process, except that macOS does not keep the one on memory,
and a hook in the interpreter that refuses connections, other processes, foreign libraries and changes outside
of the folder. There it does not protect from reading: every file that you can read, it can. And it does not
protect from intent: the hook lives in the process that it guards, compiled packages do not ask it, and who
wants to gets around it. `/mnt/data` is not there; the working folder is. A kernel of which both the backend
and the launcher are killed at once may stay. Nothing watches the size of the folder as a whole while code
runs. On Windows the code interpreter is refused.
"""
