using System.Globalization;

namespace Coterie.Processes.Fixtures;

/// <summary>What the kernel says about a process.</summary>
internal static class ProcessFigures
{
    /// <summary>Memory that is its own, in bytes: without files that are mapped.</summary>
    public static long Memory(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    public static int OpenFiles(int process) => Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count();
}
