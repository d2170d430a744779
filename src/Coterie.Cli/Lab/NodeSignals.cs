using System.Runtime.InteropServices;

namespace Coterie.Cli.Lab;

/// <summary>The signals of Linux that a lab sends.</summary>
internal enum NodeSignal
{
    Kill = 9,
    Continue = 18,
    Stop = 19,
}

internal static class NodeSignals
{
    /// <exception cref="IOException">The process is not there, or belongs to somebody else.</exception>
    public static void Send(int process, NodeSignal signal)
    {
        if (Kill(process, (int)signal) != 0)
        {
            throw new IOException($"process {process} cannot be sent the signal {signal}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
