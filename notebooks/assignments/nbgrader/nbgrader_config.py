"""nbgrader for this course: copy it, with `source/`, to the folder in which you run
nbgrader.
"""

c = get_config()  # noqa: F821, nbgrader defines it

c.CourseDirectory.course_id = "differentiable-image-parameterizations"
# seconds a cell may take; the longest ones optimize a dozen pictures
c.ExecutePreprocessor.timeout = 600
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "*Write here.*"
