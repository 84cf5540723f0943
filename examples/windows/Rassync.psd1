@{
    RootModule        = 'Rassync.psm1'
    ModuleVersion     = '0.1.0'
    GUID              = '2b7a1f0e-4c1d-4c55-9a3e-6d0c2f7b8e91'
    Description       = 'Export, plan, apply and drift of a Parallels RAS farm through rassync.exe, as objects'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Connect-RasFarm', 'Disconnect-RasFarm', 'Export-RasFarm', 'Get-RasPlan', 'Invoke-RasApply', 'Get-RasDrift')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
