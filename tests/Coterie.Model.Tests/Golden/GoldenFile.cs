using System.Runtime.CompilerServices;

namespace Coterie.Model.Tests.Golden;

/// <summary>
/// Formats written down: lines of name and bytes in hexadecimal, or whatever is to stay as it is. A file that is not there is written and
/// the test fails, so that whoever made it looks at it; one that differs is a change of format.
/// </summary>
internal static class GoldenFile
{
    public static void Check(string name, IEnumerable<string> lines)
    {
        var actual = string.Concat(lines.Select(line => line + "\n"));
        var path = PathOf(name);
        if (!File.Exists(path))
        {
            File.WriteAllText(path, actual);
            Assert.Fail($"{path} was not there; it has been written: look at it and run again.");
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    /// <summary>The lines that are not comments, each in its words.</summary>
    public static IReadOnlyList<string[]> Read(string name) =>
        [.. File.ReadLines(PathOf(name)).Where(line => !line.StartsWith('#')).Select(line => line.Split(' '))];

    private static string PathOf(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here) ?? "", name);
}
